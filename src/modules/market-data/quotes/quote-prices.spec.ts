import fc from 'fast-check';
import { pricesAround, unitsText } from './quote-prices.js';

const mids = fc.double({ min: 0.5, max: 1e9, noNaN: true });
const spreads = fc.double({ min: 0, max: 50, noNaN: true });

describe('pricesAround', () => {
  it('always quotes a positive bid below the ask, on the grid', () => {
    fc.assert(
      fc.property(mids, spreads, (mid, spreadBps) => {
        const { bid, ask } = pricesAround(mid, spreadBps);
        expect(bid).toBeGreaterThanOrEqual(1);
        expect(ask).toBeGreaterThan(bid);
        expect(Number.isInteger(bid) && Number.isInteger(ask)).toBe(true);
      }),
    );
  });

  it('keeps the last price within bid and ask', () => {
    fc.assert(
      fc.property(mids, spreads, (mid, spreadBps) => {
        const { bid, ask, last } = pricesAround(mid, spreadBps);
        expect(last).toBeGreaterThanOrEqual(bid);
        expect(last).toBeLessThanOrEqual(ask);
      }),
    );
  });

  it('takes the spread from the price, and one step at least', () => {
    expect(pricesAround(50_000, 2)).toEqual({ bid: 49_995, ask: 50_005, last: 50_000 });
    expect(pricesAround(1_000, 2)).toEqual({ bid: 1_000, ask: 1_001, last: 1_000 });
  });
});

describe('unitsText', () => {
  it('writes at least two decimals and drops no digit', () => {
    expect(unitsText(21_281, 2)).toBe('212.81');
    expect(unitsText(21_200, 2)).toBe('212.00');
    expect(unitsText(10_853, 4)).toBe('1.0853');
    expect(unitsText(1, 8)).toBe('0.00000001');
  });
});
