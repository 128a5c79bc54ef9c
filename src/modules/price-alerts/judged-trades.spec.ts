import type { Quote } from '../market-data/index.js';
import { tradesToJudge } from './judged-trades.js';

const NOW_MS = Date.parse('2026-01-02T15:00:10.000Z');
const age = { staleQuoteMs: 5_000 };
const quote = (symbol: string, ageMs: number): Quote => ({
  symbol,
  bid: '99.99',
  ask: '100.01',
  last: '100',
  asOf: new Date(NOW_MS - ageMs).toISOString(),
  source: 'simulated',
});

describe('what price alerts are held against', () => {
  it('is the last trade of each quote, and neither bid nor ask', () => {
    expect(tradesToJudge([quote('AAPL', 0), quote('MSFT', 1_000)], age, NOW_MS)).toEqual([
      { symbol: 'AAPL', last: '100' },
      { symbol: 'MSFT', last: '100' },
    ]);
  });

  it('is no quote that is too old to trade on', () => {
    const quotes = [quote('AAPL', 5_000), quote('MSFT', 5_001)];
    expect(tradesToJudge(quotes, age, NOW_MS).map(({ symbol }) => symbol)).toEqual(['AAPL']);
  });

  it('is no quote of which nobody knows when it was made', () => {
    expect(tradesToJudge([{ ...quote('AAPL', 0), asOf: 'lately' }], age, NOW_MS)).toEqual([]);
  });

  it('is nothing where nothing was quoted', () => {
    expect(tradesToJudge([], age, NOW_MS)).toEqual([]);
  });
});
