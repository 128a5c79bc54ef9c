import type { Candle, CandleRange, Timeframe } from '../candles/candle.js';
import { shortHash } from '../short-hash.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { pricesAround, unitsText } from '../quotes/quote-prices.js';
import { tickStartMs, type Instrument, type Quote } from '../quotes/quote.js';
import type { ReplaySeries } from './replay-bars.js';
import {
  recordedBars,
  recordedTimeframes,
  recordedVolatility,
  replayCandles,
  type RecordedBars,
} from './replay-candles.js';
import { pathPrice, replayPosition, type ReplayPosition } from './replay-path.js';

/** Bars do not tell the spread: a narrow one, as liquid symbols have. */
const SPREAD_BPS = 2;

export interface ReplayOptions {
  readonly series: readonly ReplaySeries[];
  /** The same for the same series. */
  readonly contentHash: string;
  readonly barsPerSecond: number;
  readonly tickMs: number;
  /** ms since the epoch at which the first bar opened; the same in every process. */
  readonly startedAtMs: number;
}

/**
 * Plays recorded bars over and over. The time of day of the recording plays no part: bar follows bar at
 * the chosen speed, and each symbol starts again when its own file is over.
 */
export class ReplayProvider extends MarketDataProvider {
  readonly #instruments: readonly Instrument[];
  readonly #series: ReadonlyMap<string, RecordedBars>;
  readonly #options: ReplayOptions;

  constructor(options: ReplayOptions) {
    super();
    this.#options = options;
    const { contentHash, barsPerSecond, tickMs, startedAtMs } = options;
    this.revision = shortHash(
      [this.source, contentHash, barsPerSecond, tickMs, startedAtMs].join('/'),
    );
    this.#series = new Map(options.series.map((series) => [series.symbol, recordedBars(series)]));
    this.#instruments = Object.freeze(
      options.series.map(({ symbol }) =>
        Object.freeze({
          symbol,
          name: symbol,
          currency: 'USD' as const,
          assetClass: 'other' as const,
          // Bars do not tell: what was recorded was liquid enough to be recorded.
          fractionable: true,
          shortable: true,
        }),
      ),
    );
  }

  override readonly source = 'replay';
  override readonly revision: string;

  /** The first bars open then. */
  override get baseAtMs(): number {
    return this.#options.startedAtMs;
  }

  override instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  override quote(symbol: string, atMs: number): Quote | undefined {
    const series = this.#series.get(symbol);
    if (series === undefined) return undefined;
    const { bars, decimals } = series;
    const tickAtMs = tickStartMs(atMs, this.#options.tickMs);
    const position = this.#position(series, atMs);
    const bar = bars[position.index];
    if (bar === undefined) throw new Error(`the series of ${symbol} has no bars`);
    const before = position.index === 0 ? undefined : bars[position.index - 1];
    const { bid, ask, last } = pricesAround(pathPrice(bar, position.fraction), SPREAD_BPS);
    return {
      symbol,
      bid: unitsText(bid, decimals),
      ask: unitsText(ask, decimals),
      last: unitsText(last, decimals),
      ...(before && { previousClose: unitsText(before.close, decimals) }),
      asOf: new Date(tickAtMs).toISOString(),
      source: this.source,
      barDate: bar.date,
    };
  }

  override readonly barsAreFinal = false;

  /** The recorded date of the bar being played. */
  override barTimeMs(symbol: string, atMs: number): number {
    const series = this.#series.get(symbol);
    return series?.openMs[this.#position(series, atMs).index] ?? atMs;
  }

  override timeframes(symbol: string): readonly Timeframe[] {
    const series = this.#series.get(symbol);
    return series === undefined ? [] : recordedTimeframes(series);
  }

  /** On the recorded times; the bar being played as far as it has been, and none that is yet to be played. */
  override candles(
    symbol: string,
    range: CandleRange,
    atMs: number,
  ): readonly Candle[] | undefined {
    const series = this.#series.get(symbol);
    if (series === undefined) return undefined;
    return replayCandles(series, this.#position(series, atMs), range);
  }

  /** Of the closed bars that were played so far: on later laps all of them. */
  override volatility(symbol: string, atMs: number): number | undefined {
    const series = this.#series.get(symbol);
    if (series === undefined) return undefined;
    // As if it never started again: by then every bar has been seen.
    const { index, fraction } = this.#position(series, atMs, Infinity);
    return recordedVolatility(series, fraction < 1 ? index : index + 1);
  }

  /** Bars do not tell who waits at which price. */
  override orderBook(): undefined {
    return undefined;
  }

  #position({ bars }: ReplaySeries, atMs: number, barCount: number = bars.length): ReplayPosition {
    const { tickMs, startedAtMs, barsPerSecond } = this.#options;
    return replayPosition(tickStartMs(atMs, tickMs) - startedAtMs, barsPerSecond, barCount);
  }
}
