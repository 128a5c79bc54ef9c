import { MarketDataProvider } from '../market-data.provider.js';
import { pricesAround, unitsText } from '../quote-prices.js';
import { tickStartMs, type Instrument, type Quote } from '../quote.js';
import type { ReplaySeries } from './replay-bars.js';
import { pathPrice, replayPosition } from './replay-path.js';

/** Bars do not tell the spread: a narrow one, as liquid symbols have. */
const SPREAD_BPS = 2;

export interface ReplayOptions {
  readonly series: readonly ReplaySeries[];
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
  readonly #series: ReadonlyMap<string, ReplaySeries>;
  readonly #options: ReplayOptions;

  constructor(options: ReplayOptions) {
    super();
    this.#options = options;
    this.#series = new Map(options.series.map((series) => [series.symbol, series]));
    this.#instruments = Object.freeze(
      options.series.map(({ symbol }) =>
        Object.freeze({
          symbol,
          name: symbol,
          currency: 'USD' as const,
          assetClass: 'other' as const,
        }),
      ),
    );
  }

  override instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  override quote(symbol: string, atMs: number): Quote | undefined {
    const series = this.#series.get(symbol);
    if (series === undefined) return undefined;
    const { tickMs, startedAtMs, barsPerSecond } = this.#options;
    const { bars, decimals } = series;
    const tickAtMs = tickStartMs(atMs, tickMs);
    const position = replayPosition(tickAtMs - startedAtMs, barsPerSecond, bars.length);
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
      source: 'replay',
      barDate: bar.date,
    };
  }
}
