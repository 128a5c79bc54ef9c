import fc from 'fast-check';
import { money } from '../../../kernel/money.js';
import { cashToReserve, dearestSale, matchPrice, mostShares, type OrderTerms } from './order.js';

const quote = { bid: money('99.99'), ask: money('100.01') };
const terms = (overrides: Partial<OrderTerms>): OrderTerms => ({
  side: 'buy',
  type: 'market',
  quantity: money(10),
  limitPrice: undefined,
  ...overrides,
});
const limit = (side: OrderTerms['side'], price: string) =>
  terms({ side, type: 'limit', limitPrice: money(price) });

describe('matchPrice', () => {
  it('fills a market buy at the ask and a market sell at the bid', () => {
    expect(matchPrice(terms({ side: 'buy' }), quote)?.toString()).toBe('100.01');
    expect(matchPrice(terms({ side: 'sell' }), quote)?.toString()).toBe('99.99');
  });

  it.each([
    ['buy', '100.00', undefined],
    ['buy', '100.01', '100.01'],
    ['buy', '105.00', '100.01'],
    ['sell', '100.00', undefined],
    ['sell', '99.99', '99.99'],
    ['sell', '95.00', '99.99'],
  ] as const)('a limit %s at %s trades at %s', (side, price, expected) => {
    expect(matchPrice(limit(side, price), quote)?.toString()).toBe(expected);
  });

  it('never fills a limit order at a worse price than its limit', () => {
    const cents = fc.integer({ min: 1, max: 100_000 }).map((value) => money(value).div(100));
    fc.assert(
      fc.property(
        cents,
        cents,
        fc.constantFrom('buy' as const, 'sell' as const),
        (bid, limitPrice, side) => {
          const price = matchPrice(terms({ side, type: 'limit', limitPrice }), {
            bid,
            ask: bid.plus('0.01'),
          });
          if (price === undefined) return;
          expect(side === 'buy' ? price.lte(limitPrice) : price.gte(limitPrice)).toBe(true);
        },
      ),
    );
  });
});

describe('cashToReserve', () => {
  it('holds back the limit price of a limit buy', () => {
    expect(cashToReserve(limit('buy', '90.50'), quote, money(0)).toString()).toBe('905');
  });

  it('holds back the ask and the 2 % collar of a market buy', () => {
    expect(cashToReserve(terms({ side: 'buy' }), quote, money(0)).toString()).toBe('1020.102');
  });

  it('holds back no cash for a sale', () => {
    expect(cashToReserve(terms({ side: 'sell' }), quote, money(0)).toString()).toBe('0');
  });

  it('covers what a market buy may slip by, and nothing more of a limit: beyond that it never pays', () => {
    // 100.01 × 1.02 × 1.001 × 10
    const slippage = money('0.001');
    expect(cashToReserve(terms({ side: 'buy' }), quote, slippage).toString()).toBe('1021.122102');
    expect(cashToReserve(limit('buy', '90.50'), quote, slippage).toString()).toBe('905');
  });
});

describe('what a sale may come to', () => {
  it.each([
    ['a limit above the market: that', limit('sell', '105'), '105'],
    ['one that the market is above: the bid', limit('sell', '95'), '99.99'],
    ['a market order: 2 % above the bid', terms({ side: 'sell' }), '101.9898'],
    ['a stop: 2 % above it', terms({ side: 'sell', stopPrice: money('95') }), '96.9'],
  ])('is dearest for %s', (_what, sale, price) => {
    expect(dearestSale(sale, quote).toFixed()).toBe(price);
  });

  it('is most shares by notional 2 % below the bid, rounded down', () => {
    // 1,000 / (99.99 × 0.98) = 10.2051021….
    expect(mostShares(money(1_000), quote).toFixed()).toBe('10.205102');
  });
});
