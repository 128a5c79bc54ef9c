import type { Instrument } from '../quotes/quote.js';

export const MAX_SEARCH_RESULTS = 20;

/** The one spelling of a query: what differs in case and blanks alone is the same search. */
export function normaliseQuery(text: string): string {
  return text.normalize('NFKC').trim().replace(/\s+/g, ' ').toUpperCase();
}

/**
 * The instruments that a query means, the best first: its symbol, symbols that begin with it, words of names
 * that begin with it, and whatever holds it.
 * @param query as {@link normaliseQuery} gives it
 */
export function searchInstruments(instruments: readonly Instrument[], query: string): Instrument[] {
  return instruments
    .map((instrument) => ({ instrument, rank: rankOf(instrument, query) }))
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((a, b) => a.rank - b.rank || (a.instrument.symbol < b.instrument.symbol ? -1 : 1))
    .slice(0, MAX_SEARCH_RESULTS)
    .map(({ instrument }) => instrument);
}

const NO_MATCH = 4;

function rankOf({ symbol, name }: Instrument, query: string): number {
  const upper = name.toUpperCase();
  if (symbol === query) return 0;
  if (symbol.startsWith(query)) return 1;
  if (` ${upper}`.includes(` ${query}`)) return 2;
  return symbol.includes(query) || upper.includes(query) ? 3 : NO_MATCH;
}
