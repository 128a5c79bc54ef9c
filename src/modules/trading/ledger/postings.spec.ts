import fc from 'fast-check';
import { money, type Money } from '../../../kernel/money.js';
import { Balances } from './balances.js';
import { hold, imbalances, release, trade, transfer, type Posting } from './postings.js';

const NOTHING = { cash: money(0), shares: money(0) };
const shown = (postings: readonly Posting[]) =>
  postings.map(({ book, symbol, amount }) => `${book} ${symbol ?? 'USD'} ${amount.toFixed()}`);

describe('postings', () => {
  it('bring cash in from the capital, and out again', () => {
    expect(shown(transfer(money('100.50')))).toEqual(['cash USD 100.5', 'capital USD -100.5']);
    expect(shown(transfer(money(-7)))).toEqual(['cash USD -7', 'capital USD 7']);
  });

  it('hold back cash for a buy, shares for a sale, and free them again', () => {
    const cash = { cash: money(50), shares: money(0) };
    expect(shown(hold('AAPL', cash))).toEqual(['cash USD -50', 'reserved USD 50']);
    const shares = { cash: money(0), shares: money(3) };
    expect(shown(hold('AAPL', shares))).toEqual(['position AAPL -3', 'reserved AAPL 3']);
    expect(shown(release('AAPL', shares))).toEqual(['position AAPL 3', 'reserved AAPL -3']);
    expect(hold('AAPL', NOTHING)).toEqual([]);
  });

  it('pay a buy from what was held back, and free the rest', () => {
    const postings = trade({
      side: 'buy',
      symbol: 'AAPL',
      quantity: money(10),
      price: money('2.50'),
      fee: money('0.40'),
      released: { cash: money(26), shares: money(0) },
    });
    expect(shown(postings)).toEqual([
      'reserved USD -26',
      'cash USD 0.6',
      'fees USD 0.4',
      'market USD 25',
      'position AAPL 10',
      'market AAPL -10',
    ]);
  });

  it('take what a sale trades from the shares that were held back', () => {
    const postings = trade({
      side: 'sell',
      symbol: 'AAPL',
      quantity: money(4),
      price: money(3),
      fee: money('0.01'),
      released: { cash: money(0), shares: money(4) },
    });
    expect(shown(postings)).toEqual([
      'cash USD 11.99',
      'fees USD 0.01',
      'market USD -12',
      'reserved AAPL -4',
      'market AAPL 4',
    ]);
  });

  it('say what an entry makes out of nothing', () => {
    const postings: Posting[] = [
      { book: 'cash', symbol: null, amount: money(3) },
      { book: 'capital', symbol: null, amount: money(-2) },
      { book: 'position', symbol: 'USD', amount: money(-1) },
    ];
    const wrong = [...imbalances(postings)].map(([symbol, sum]) => [symbol, sum.toFixed()]);
    // A share of the symbol USD is not a dollar.
    expect(wrong).toEqual([
      [null, '1'],
      ['USD', '-1'],
    ]);
  });
});

interface Step {
  readonly kind: 'deposit' | 'withdraw' | 'buy' | 'sell' | 'hold' | 'release';
  readonly symbol: string;
  readonly quantity: Money;
  readonly price: Money;
}

const decimal = (places: number) =>
  fc.integer({ min: 1, max: 10_000_000 }).map((units) => money(units).div(10 ** places));
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('deposit', 'withdraw', 'buy', 'sell', 'hold', 'release'),
  symbol: fc.constantFrom('AAPL', 'MSFT', 'USD'),
  quantity: decimal(6),
  price: decimal(4),
});

const FEE = money('0.35');

function postingsOf({ kind, symbol, quantity, price }: Step): Posting[] {
  if (kind === 'deposit') return transfer(price);
  if (kind === 'withdraw') return transfer(price.negated());
  if (kind === 'hold') return hold(symbol, { cash: price, shares: quantity });
  if (kind === 'release') return release(symbol, { cash: price, shares: quantity });
  return trade({ side: kind, symbol, quantity, price, fee: FEE, released: NOTHING });
}

describe('a history of postings', () => {
  it('sums to zero in every entry, and to what was put in, paid and got in all', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const balances = new Balances();
        let cash = money(0);
        let putIn = money(0);
        let fees = money(0);
        const held = new Map<string, Money>();
        for (const one of steps) {
          const postings = postingsOf(one);
          expect([...imbalances(postings)]).toEqual([]);
          for (const posting of postings) balances.add(posting);
          const { kind, symbol, quantity, price } = one;
          const paid = quantity.times(price);
          if (kind === 'deposit' || kind === 'withdraw') {
            const moved = kind === 'deposit' ? price : price.negated();
            cash = cash.plus(moved);
            putIn = putIn.plus(moved);
          } else if (kind === 'buy' || kind === 'sell') {
            const gained = kind === 'buy' ? quantity : quantity.negated();
            cash = cash.minus(kind === 'buy' ? paid : paid.negated()).minus(FEE);
            fees = fees.plus(FEE);
            held.set(symbol, (held.get(symbol) ?? money(0)).plus(gained));
          }
        }
        expect(balances.cash.eq(cash)).toBe(true);
        expect(balances.contributed.eq(putIn)).toBe(true);
        expect(balances.feesPaid.eq(fees)).toBe(true);
        expect(balances.availableCash.plus(balances.reservedCash).eq(cash)).toBe(true);
        for (const [symbol, quantity] of held) {
          expect(balances.shares().get(symbol)?.quantity.eq(quantity)).toBe(true);
        }
      }),
    );
  });
});
