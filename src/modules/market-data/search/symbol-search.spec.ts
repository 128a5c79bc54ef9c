import type { Instrument } from '../quotes/quote.js';
import { simulatedInstruments } from '../simulated/simulated-instruments.js';
import { MAX_SEARCH_RESULTS, normaliseQuery, searchInstruments } from './symbol-search.js';

const instruments: Instrument[] = simulatedInstruments.map((instrument) => ({
  ...instrument,
  currency: 'USD',
}));
const found = (text: string) =>
  searchInstruments(instruments, normaliseQuery(text)).map(({ symbol }) => symbol);

describe('the search for symbols', () => {
  it.each([
    ['aapl', 'AAPL'],
    ['brk.b', 'BRK.B'],
    ['  coca-cola   company ', 'KO'],
    ['ＡＡＰＬ', 'AAPL'],
    ['v', 'V'],
    ['micro', 'MSFT'],
  ])('finds %j first as %s', (text, symbol) => {
    expect(found(text)[0]).toBe(symbol);
  });

  it('puts symbols before names, and beginnings before the rest', () => {
    expect(found('v')).toEqual(['V', 'NVDA', 'QQQ']);
    expect(found('inc').slice(0, 2)).toEqual(['AAPL', 'AMZN']);
  });

  it('finds nothing for what nothing holds, and never too much', () => {
    expect(found('zzz')).toEqual([]);
    const many = Array.from({ length: 100 }, (_, i): Instrument => ({
      symbol: `A${i}`,
      name: 'A',
      currency: 'USD',
      assetClass: 'other',
      fractionable: true,
      shortable: true,
    }));
    expect(searchInstruments(many, 'A')).toHaveLength(MAX_SEARCH_RESULTS);
  });
});
