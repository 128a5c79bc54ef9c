import { namedSymbols } from './named-symbols.js';

const KNOWN = new Set(['AAPL', 'BRK.B', 'V', 'KO', 'MSFT']);
const named = (text: string, limit = 10) =>
  namedSymbols(text, (symbol) => KNOWN.has(symbol), limit);

describe('symbols that a question names', () => {
  it.each([
    ['What about AAPL?', ['AAPL']],
    ['Sell BRK.B. Or keep BRK.B-', ['BRK.B']],
    ['MSFT, AAPL and MSFT again', ['MSFT', 'AAPL']],
    ['V for Visa, or $V?', ['V']],
    ['V alone is a letter', []],
    ['$aapl in small letters, aapl is a word', ['AAPL']],
    ['I SHOULD NOT SHOUT ABOUT NOTHING', []],
    ['', []],
  ])('in "%s" are %j', (text, symbols) => {
    expect(named(text)).toEqual(symbols);
  });

  it('are no more than the limit', () => {
    expect(named('AAPL MSFT KO', 2)).toEqual(['AAPL', 'MSFT']);
  });
});
