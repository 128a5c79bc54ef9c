import fc from 'fast-check';
import { money } from '../../../kernel/money.js';
import type { Quote } from '../quotes/quote.js';
import { intrinsicValue, spotOf, valueOption } from './option-quote.js';

const AT_MS = Date.UTC(2026, 0, 1);
const quarter = AT_MS + (365 / 4) * 24 * 3_600_000;

const underlying = (mid: number, sizes: Partial<Quote> = {}): Quote => ({
  symbol: 'AAPL',
  bid: (mid - 0.01).toFixed(2),
  ask: (mid + 0.01).toFixed(2),
  last: mid.toFixed(2),
  bidSize: '370',
  askSize: '1200',
  asOf: new Date(AT_MS).toISOString(),
  source: 'simulated',
  ...sizes,
});
const at = (right: 'call' | 'put', strike: number, expiresAtMs = quarter) => ({
  right,
  strike: money(strike),
  expiresAtMs,
});

describe('prices of an option', () => {
  it('lie a hundredth of its value to either side of it, on whole cents', () => {
    // d1 = (ln(60/65) + (0.04 + 0.09/2) / 4) / 0.15 = -0.391951, so the call is worth 1.937734; 0.019377 to either side:
    // 1.918357 goes down to the cent, 1.957111 up.
    const { value, prices } = valueOption(underlying(60), at('call', 65), 0.3);
    expect(value.price).toBeCloseTo(1.937734, 6);
    expect(prices).toEqual({
      bid: '1.91',
      ask: '1.96',
      last: '1.94',
      bidSize: '300',
      askSize: '1200',
    });
  });

  it('have no bid, and ask a cent, where it is worth nothing', () => {
    const { prices } = valueOption(underlying(60), at('call', 600), 0.3);
    expect(prices).toEqual({
      bid: '0.00',
      ask: '0.01',
      last: '0.00',
      bidSize: '0',
      askSize: '1200',
    });
  });

  it('never ask less than exercising gives', () => {
    // A European put of 200 is worth 200·e^(-0.01) - 100 = 98.01, exercising gives 100: asked are 101.
    const { value, prices } = valueOption(underlying(100), at('put', 200), 0.3);
    expect(value.price).toBeCloseTo(98.01, 2);
    expect(prices).toMatchObject({ bid: '99.00', ask: '101.00', last: '100.00' });
  });

  it('name no sizes where the underlying has none, and one contract where it has little', () => {
    const none = valueOption(underlying(60, { bidSize: '37' }), at('call', 60), 0.3).prices;
    expect(none.bidSize).toBe('100');
    const { bidSize: _, askSize: __, ...bare } = underlying(60);
    expect(Object.keys(valueOption(bare, at('call', 60), 0.3).prices)).toEqual([
      'bid',
      'ask',
      'last',
    ]);
  });

  it('are a market at any terms: bid below last below ask, and what is given up by exercising is not bid', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('call' as const, 'put' as const),
        fc.integer({ min: 100, max: 100_000 }),
        fc.integer({ min: 100, max: 100_000 }),
        fc.integer({ min: 0, max: 400 * 24 * 3_600_000 }),
        (right, mid, strike, leftMs) => {
          const quote = underlying(mid / 100);
          const terms = at(right, strike / 100, AT_MS + leftMs);
          const { prices } = valueOption(quote, terms, 0.4);
          const [bid, ask, last] = [money(prices.bid), money(prices.ask), money(prices.last)];
          expect(bid.gte(0) && bid.lte(last) && last.lte(ask) && bid.lt(ask)).toBe(true);
          expect(ask.gt(intrinsicValue(right, terms.strike, spotOf(quote)))).toBe(true);
          expect(bid.isZero()).toBe(prices.bidSize === '0');
        },
      ),
    );
  });
});
