import fc from 'fast-check';
import { money, type Money } from '../../../kernel/money.js';
import { JOURNAL_SIDES, type JournalSide } from '../formats/trade-row.js';
import { LotBook, type BookedTrade, type RoundTrip } from './round-trips.js';

let next = 0;
const trade = (
  side: JournalSide,
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

  it('of short sales: what the sale brought, less what the purchase cost that covers it', () => {
    const book = new LotBook();
    const first = trade('sell_to_open', 10, 100, 1);
    expect(book.apply(first)).toBeUndefined();
    expect(book.apply(trade('sell_to_open', 10, 110, 2))).toBeUndefined();
    const cover = trade('buy_to_close', 15, 90, '1.5');
    const one = book.apply(cover);
    // Bought: 15 × 90. Sold: 10 × 100 + 5 × 110. Fees: 1 + 2 × 5/10 + 1.5. Profit: 1550 − 1350 − 3.5.
    expect(one && figures(one)).toEqual(['15', '1350', '1550', '3.5', '196.5']);
    expect(one).toMatchObject({ direction: 'short', tradeId: cover.id });
    expect(one?.openedAt).toEqual(first.executedAt);
    expect(one?.closedAt).toEqual(cover.executedAt);
    // The rest at a loss: 5 × 110 − 5 × 120 − 1.
    const two = book.apply(trade('buy_to_close', 5, 120));
    expect(two && figures(two)).toEqual(['5', '600', '550', '1', '-51']);
    expect([book.open, book.openShort, book.unmatched.toFixed()]).toEqual([[], [], '0']);
  });

  it('of a purchase that buys more than is owed: it closes the short position, and opens a long one', () => {
    const book = new LotBook();
    book.apply(trade('sell_to_open', 6, 50, '0.6'));
    const turn = trade('buy_to_close', 10, 40, 1);
    const covered = book.apply(turn);
    // 6 × 50 − 6 × 40; fees 0.6 + 1 × 6/10.
    expect(covered && figures(covered)).toEqual(['6', '240', '300', '1.2', '58.8']);
    expect(book.openShort).toEqual([]);
    expect(book.open.map(({ quantity, fee }) => [quantity.toFixed(), fee.toFixed()])).toEqual([
      ['4', '0.4'],
    ]);
    const sold = book.apply(trade('sell', 4, 45, 1));
    // 4 × 45 − 4 × 40 − 0.4 − 1.
    expect(sold && figures(sold)).toEqual(['4', '160', '180', '1.4', '18.6']);
    expect(sold).toMatchObject({ direction: 'long', openedAt: turn.executedAt });
  });

  it('never take a plain purchase for a cover, nor a short sale for one of what is held', () => {
    const book = new LotBook();
    book.apply(trade('buy', 5, 10));
    expect(book.apply(trade('sell_to_open', 3, 12))).toBeUndefined();
    expect(book.apply(trade('buy', 3, 9))).toBeUndefined();
    const quantities = [book.open, book.openShort].map((lots) =>
      lots.map(({ quantity }) => quantity.toFixed()),
    );
    expect(quantities).toEqual([['5', '3'], ['3']]);
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
    .tuple(fc.constantFrom(...JOURNAL_SIDES), amount, amount, amount)
    .map(([side, quantity, price, fee]) => trade(side, quantity, price, fee));
  const history = fc.array(anyTrade, { maxLength: 40 });
  const total = (values: readonly Money[]) =>
    values.reduce<Money>((sum, value) => sum.plus(value), money(0));

  it('lose no share and no cent: what came in is closed or open, whatever the history', () => {
    fc.assert(
      fc.property(history, (trades) => {
        const book = new LotBook();
        const closed = trades.flatMap((one) => book.apply(one) ?? []);
        const of = (...sides: JournalSide[]) => trades.filter(({ side }) => sides.includes(side));
        const shares = (all: readonly { readonly quantity: Money }[]) =>
          total(all.map(({ quantity }) => quantity));
        const worth = (all: readonly { readonly quantity: Money; readonly price: Money }[]) =>
          total(all.map(({ quantity, price }) => quantity.times(price)));
        const closing = (...directions: RoundTrip['direction'][]) =>
          closed.filter(({ direction }) => directions.includes(direction));
        const [long, short] = [closing('long'), closing('short')];
        const bought = shares(of('buy', 'buy_to_close'));
        expect(shares(closed).plus(shares(book.open)).eq(bought)).toBe(true);
        expect(
          shares(long)
            .plus(book.unmatched)
            .eq(shares(of('sell'))),
        ).toBe(true);
        const soldShort = of('sell_to_open');
        expect(shares(short).plus(shares(book.openShort)).eq(shares(soldShort))).toBe(true);
        const paid = worth(of('buy', 'buy_to_close'));
        const cost = total(closed.map((one) => one.cost));
        expect(cost.plus(worth(book.open)).eq(paid)).toBe(true);
        const brought = total(short.map(({ proceeds }) => proceeds));
        expect(brought.plus(worth(book.openShort)).eq(worth(soldShort))).toBe(true);
      }),
    );
  });

  it('are the same however what opens a position is cut into fills', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 99 }), (trades, percent) => {
        const cut = trades.flatMap((one) => {
          if (one.side === 'sell' || one.side === 'buy_to_close') return [one];
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
