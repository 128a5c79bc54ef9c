import fc from 'fast-check';
import { money, type Money } from '../../../kernel/money.js';
import { LotBook, type BookedTrade, type RoundTrip } from './round-trips.js';

let next = 0;
const trade = (
  side: 'buy' | 'sell',
  quantity: Money | number | string,
  price: Money | number | string,
  fee: Money | number | string = 0,
): BookedTrade => ({
  id: String((next += 1)),
  side,
  ...{ quantity: money(quantity), price: money(price), fee: money(fee) },
  executedAt: new Date(Date.UTC(2024, 0, 1) + next * 1_000),
});
const figures = ({ quantity, cost, proceeds, fees, pnl }: RoundTrip) =>
  [quantity, cost, proceeds, fees, pnl].map((figure) => figure.toFixed());

describe('round trips, first in, first out', () => {
  it('take the oldest shares first, and their fees in proportion', () => {
    const book = new LotBook();
    const first = trade('buy', 10, 100, 1);
    book.apply(first);
    book.apply(trade('buy', 10, 110, 2));
    const one = book.apply(trade('sell', 15, 120, '1.5'));
    // 10 × 100 + 5 × 110; 15 × 120; 1 + 2 × 5/10 + 1.5.
    expect(one && figures(one)).toEqual(['15', '1550', '1800', '3.5', '246.5']);
    expect(one?.openedAt).toEqual(first.executedAt);
    const two = book.apply(trade('sell', 5, 100));
    expect(two && figures(two)).toEqual(['5', '550', '500', '1', '-51']);
    expect(book.open).toEqual([]);
  });

  it('are none for a purchase, nor for a sale of what is not known', () => {
    const book = new LotBook();
    expect(book.apply(trade('sell', 3, 100))).toBeUndefined();
    expect(book.unmatched.toFixed()).toBe('3');
    expect(book.apply(trade('buy', 1, 100))).toBeUndefined();
    const part = book.apply(trade('sell', 4, 110, 4));
    expect(part && figures(part)).toEqual(['1', '100', '110', '1', '9']);
    expect(book.unmatched.toFixed()).toBe('6');
  });

  it('are quick in a long history', () => {
    const book = new LotBook();
    for (let index = 0; index < 5_000; index += 1) book.apply(trade('buy', 1, 1));
    for (let index = 0; index < 5_000; index += 1) book.apply(trade('sell', 1, 2));
    expect(book.open).toEqual([]);
    expect(book.unmatched.isZero()).toBe(true);
  });

  const amount = fc.integer({ min: 1, max: 1_000_000 }).map((cents) => money(cents).div(100));
  const anyTrade = fc
    .tuple(fc.constantFrom('buy' as const, 'sell' as const), amount, amount, amount)
    .map(([side, quantity, price, fee]) => trade(side, quantity, price, fee));
  const history = fc.array(anyTrade, { maxLength: 40 });
  const total = (values: readonly Money[]) =>
    values.reduce<Money>((sum, value) => sum.plus(value), money(0));

  it('lose no share and no cent: what came in is closed or open, whatever the history', () => {
    fc.assert(
      fc.property(history, (trades) => {
        const book = new LotBook();
        const closed = trades.flatMap((one) => book.apply(one) ?? []);
        const bought = trades.filter(({ side }) => side === 'buy');
        const sold = trades.filter(({ side }) => side === 'sell');
        const quantity = total(closed.map((one) => one.quantity));
        const left = total(book.open.map((lot) => lot.quantity));
        expect(quantity.plus(left).eq(total(bought.map((one) => one.quantity)))).toBe(true);
        expect(quantity.plus(book.unmatched).eq(total(sold.map((one) => one.quantity)))).toBe(true);
        const paid = total(bought.map((one) => one.quantity.times(one.price)));
        const tied = total(book.open.map((lot) => lot.quantity.times(lot.price)));
        expect(
          total(closed.map(({ cost }) => cost))
            .plus(tied)
            .eq(paid),
        ).toBe(true);
      }),
    );
  });

  it('are the same however a purchase is cut into fills', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 99 }), (trades, percent) => {
        const cut = trades.flatMap((one) => {
          if (one.side === 'sell') return [one];
          const quantity = one.quantity.times(percent).div(100);
          const fee = one.fee.times(percent).div(100);
          return [
            { ...one, quantity, fee },
            { ...one, quantity: one.quantity.minus(quantity), fee: one.fee.minus(fee) },
          ];
        });
        const [whole, parts] = [new LotBook(), new LotBook()];
        const pnl = (book: LotBook, of: readonly BookedTrade[]) =>
          total(of.flatMap((one) => book.apply(one)?.pnl ?? []));
        // Shares of fees are divisions, rounded at 40 digits.
        expect(pnl(whole, trades).minus(pnl(parts, cut)).abs().lt('1e-20')).toBe(true);
      }),
    );
  });
});
