import type { Candle, CandleRange, Timeframe } from './candles/candle.js';
import type { OrderBook } from './order-book/order-book.js';
import type { Instrument, Quote, QuoteSource } from './quotes/quote.js';

/**
 * Where prices come from.
 *
 * A quote is a pure function of the provider's source (a seed, files), the symbol and the time: every
 * process shows the same price at the same moment, without asking another. It is cheap (tens of
 * microseconds), so that execution can ask for it afresh each time.
 */
export abstract class MarketDataProvider {
  abstract readonly source: QuoteSource;
  /**
   * Names the market: the same in every process that quotes the same prices, another where they differ. What
   * was cached of another one is not served.
   */
  abstract readonly revision: string;
  /** A moment that is quoted in every process alike: indices begin there, ms since the epoch. */
  abstract readonly baseAtMs: number;
  /** In a fixed order; at least one. */
  abstract instruments(): readonly Instrument[];
  /**
   * @param symbol upper case
   * @param atMs milliseconds since the epoch; the quote is that of the tick it lies in
   * @returns undefined for a symbol that is not among the instruments
   */
  abstract quote(symbol: string, atMs: number): Quote | undefined;
  /**
   * Where the bars of a symbol stand when the clock says `atMs`: that same moment, or, where bars keep the
   * times of a recording, the time within it. Ranges of {@link candles} are given on this time.
   */
  abstract barTimeMs(symbol: string, atMs: number): number;
  /** The timeframes that there are bars of, the shortest first; one at least. */
  abstract timeframes(symbol: string): readonly Timeframe[];
  /**
   * The bars of a range, oldest first. The high and the low of a bar are those of all quotes in it, and the
   * volumes of shorter bars add up to those of longer ones.
   * @param range on the time of {@link barTimeMs}
   * @param atMs the clock: no bar shows more than was quoted until then
   * @returns undefined for a symbol that is not among the instruments
   */
  abstract candles(symbol: string, range: CandleRange, atMs: number): readonly Candle[] | undefined;
  /**
   * Whether closed bars stay as they are for ever, so that they may be cached. Not those of a replay, which
   * starts again.
   */
  abstract readonly barsAreFinal: boolean;
  /**
   * Standard deviation of a year's return, as a fraction, as far as it can be known at `atMs`; undefined for a
   * symbol without instrument, or with too few bars to tell.
   */
  abstract volatility(symbol: string, atMs: number): number | undefined;
  /**
   * The depth of the tick that `atMs` lies in; its best prices are those of {@link quote}.
   * @returns undefined for a symbol that is not among the instruments, or without depth (recorded bars)
   */
  abstract orderBook(symbol: string, atMs: number): OrderBook | undefined;
}
