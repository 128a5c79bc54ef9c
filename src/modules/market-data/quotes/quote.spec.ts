import { isSamePrice, normaliseSymbol, tickStartMs, type Quote } from './quote.js';
import { symbolSchema } from '../market-data.dto.js';

const quote: Quote = {
  symbol: 'AAPL',
  bid: '226.99',
  ask: '227.01',
  last: '227.00',
  asOf: '2025-03-14T12:00:00.000Z',
  source: 'simulated',
};

describe('symbols', () => {
  it('are the same in either case', () => {
    expect(normaliseSymbol(' brk.b ')).toBe('BRK.B');
    expect(symbolSchema.parse('brk.b')).toBe('BRK.B');
  });

  it.each(['', 'A B', 'AAPL:x', 'ÄPL', 'A'.repeat(22), '../x', 'A*', 'A\n'])(
    'are not %j',
    (text) => {
      expect(symbolSchema.safeParse(text).success).toBe(false);
    },
  );
});

describe('tickStartMs', () => {
  it('is the same for all moments of a tick', () => {
    expect([12_000, 12_001, 12_999].map((atMs) => tickStartMs(atMs, 1_000))).toEqual([
      12_000, 12_000, 12_000,
    ]);
    expect(tickStartMs(13_000, 1_000)).toBe(13_000);
  });
});

describe('isSamePrice', () => {
  it('looks at what was quoted, not at when', () => {
    expect(isSamePrice(quote, { ...quote, asOf: '2025-03-14T12:00:01.000Z' })).toBe(true);
    expect(isSamePrice(quote, { ...quote, ask: '227.02' })).toBe(false);
    expect(isSamePrice(quote, { ...quote, bidSize: '100' })).toBe(false);
  });
});
