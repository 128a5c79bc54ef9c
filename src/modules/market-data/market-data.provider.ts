import type { Instrument, Quote } from './quote.js';

/**
 * Where prices come from.
 *
 * A quote is a pure function of the provider's source (a seed, files), the symbol and the time: every
 * process shows the same price at the same moment, without asking another. It is cheap (tens of
 * microseconds), so that execution can ask for it afresh each time.
 */
export abstract class MarketDataProvider {
  /** In a fixed order; at least one. */
  abstract instruments(): readonly Instrument[];
  /**
   * @param symbol upper case
   * @param atMs milliseconds since the epoch; the quote is that of the tick it lies in
   * @returns undefined for a symbol that is not among the instruments
   */
  abstract quote(symbol: string, atMs: number): Quote | undefined;
}
