import { setImmediate as breathe } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { candlesCache } from '../market-data.caches.js';
import { unknownSymbol, unknownTimeframe } from '../market-data.errors.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { QuotesService } from '../quotes/quotes.service.js';
import { blocksOf, checkRange, type CandleBlock, type CandleBlockKey } from './candle-range.js';
import type { CandlesAnswer, CandlesQuery } from './candles.dto.js';
import {
  TIMEFRAME_MS,
  barOpenMs,
  type Candle,
  type CandleRange,
  type Timeframe,
} from './candle.js';

/** Bars made without letting others have the thread: 2 ms of days, which take longest. */
const BARS_AT_A_STRETCH = 4;

/** A recording has nights and weekends: it is searched this much longer back for its latest bars. */
const RECORDING_REACH = 10;

/** Bars of a range that names no beginning. */
const DEFAULT_BARS = 200;

interface CandleSeries {
  /** ISO 8601: until when an open bar is told. */
  readonly asOf: string;
  readonly candles: Candle[];
}

/** Bars for the other modules and for clients. Symbols are taken in either case. */
@Injectable()
export class CandlesService {
  readonly #cache: Cache<Parameters<typeof candlesCache.key>[0], CandleBlock>;

  constructor(
    private readonly provider: MarketDataProvider,
    private readonly quotes: QuotesService,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(candlesCache);
  }

  /**
   * The bars that open in `fromMs` ≤ t < `toMs`, oldest first, through the cache. The last one is open
   * (`closed: false`) when the range reaches to the present, and is then up to 60 s old (ten minutes more while the provider fails). A replay has its bars
   * on the times of the recording, and shows none that is yet to be played.
   * @throws AppError `market_data.unknown_symbol` (not_found); `market_data.bad_range`,
   *   `market_data.too_many_candles`, `market_data.unknown_timeframe` (invalid)
   */
  async getCandles(
    symbol: string,
    timeframe: Timeframe,
    fromMs: number,
    toMs: number,
  ): Promise<Candle[]> {
    return (await this.#series(this.#known(symbol, timeframe), { timeframe, fromMs, toMs }))
      .candles;
  }

  /**
   * The latest `count` bars, oldest first: the last one is open. Fewer where there are no more (in a replay).
   * @throws AppError like {@link getCandles}
   */
  async getLatestCandles(symbol: string, timeframe: Timeframe, count: number): Promise<Candle[]> {
    const known = this.#known(symbol, timeframe);
    const toMs = this.#presentMs(known, timeframe);
    const fromMs = Math.max(0, toMs - count * TIMEFRAME_MS[timeframe]);
    if (this.provider.barsAreFinal) return this.getCandles(known, timeframe, fromMs, toMs);
    checkRange({ timeframe, fromMs, toMs }, toMs);
    const range = { timeframe, fromMs: toMs - RECORDING_REACH * (toMs - fromMs), toMs };
    return this.#fresh(known, range).candles.slice(-count);
  }

  /**
   * Ranges that together hold the latest `count` bars, each of what is cached together; none where nothing is.
   * @throws AppError like {@link getCandles}
   */
  latestBlocks(symbol: string, timeframe: Timeframe, count: number): readonly CandleRange[] {
    const known = this.#known(symbol, timeframe);
    if (!this.provider.barsAreFinal) return [];
    const spanMs = TIMEFRAME_MS[timeframe];
    const toMs = this.#presentMs(known, timeframe);
    const range = { timeframe, fromMs: Math.max(0, toMs - count * spanMs), toMs };
    return blocksOf(known, range, toMs - spanMs).map((block) => ({
      timeframe,
      fromMs: block.fromMs,
      toMs: block.toMs === 'open' ? block.fromMs + spanMs : block.toMs,
    }));
  }

  /**
   * {@link getCandles} with all that a reader must know of them. Without `to` until the present, without `from`
   * 200 bars.
   */
  async answer(symbol: string, { timeframe, from, to }: CandlesQuery): Promise<CandlesAnswer> {
    const known = this.#known(symbol, timeframe);
    const toMs = to ?? this.#presentMs(known, timeframe);
    const fromMs = from ?? Math.max(0, toMs - DEFAULT_BARS * TIMEFRAME_MS[timeframe]);
    const { asOf, candles } = await this.#series(known, { timeframe, fromMs, toMs });
    return {
      symbol: known,
      timeframe,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      candles,
      asOf,
      source: this.provider.source,
    };
  }

  async #series(known: string, range: CandleRange): Promise<CandleSeries> {
    const nowMs = this.clock.nowMs();
    const presentMs = this.provider.barTimeMs(known, nowMs);
    checkRange(range, presentMs);
    if (!this.provider.barsAreFinal) return this.#fresh(known, range);

    const { revision } = this.provider;
    const blocks = await this.#cache.getOrSetMany(
      blocksOf(known, range, presentMs).map((key) => ({ ...key, revision })),
      (missing) => this.#load(missing, nowMs),
    );
    const present = blocks.filter((block) => block !== undefined);
    const candles = present
      .flatMap((block) => block.candles)
      .filter(({ openAt }) => isWithin(range, Date.parse(openAt)));
    const isOpen = candles.at(-1)?.closed === false;
    const asOf = (isOpen && present.at(-1)?.asOf) || new Date(nowMs).toISOString();
    return { asOf, candles };
  }

  /** The moment after the bar that is open now: bars "until now" end there. */
  #presentMs(symbol: string, timeframe: Timeframe): number {
    const barTimeMs = this.provider.barTimeMs(symbol, this.clock.nowMs());
    return barOpenMs(timeframe, barTimeMs) + TIMEFRAME_MS[timeframe];
  }

  #fresh(symbol: string, range: CandleRange): CandleSeries {
    const nowMs = this.clock.nowMs();
    const candles = this.#candles(symbol, range, nowMs);
    return { asOf: new Date(nowMs).toISOString(), candles: [...candles] };
  }

  async #load(keys: readonly CandleBlockKey[], nowMs: number): Promise<CandleBlock[]> {
    const blocks: CandleBlock[] = [];
    for (const { symbol, timeframe, fromMs, toMs } of keys) {
      const endMs = toMs === 'open' ? fromMs + 1 : toMs;
      const stretchMs = BARS_AT_A_STRETCH * TIMEFRAME_MS[timeframe];
      const candles: Candle[] = [];
      for (let ms = fromMs; ms < endMs; ms += stretchMs) {
        const range = { timeframe, fromMs: ms, toMs: Math.min(endMs, ms + stretchMs) };
        candles.push(...this.#candles(symbol, range, nowMs));
        await breathe();
      }
      blocks.push({ timeframe, asOf: new Date(nowMs).toISOString(), candles });
    }
    return blocks;
  }

  #candles(symbol: string, range: CandleRange, nowMs: number): readonly Candle[] {
    const candles = this.provider.candles(symbol, range, nowMs);
    if (candles === undefined) throw unknownSymbol(symbol);
    return candles;
  }

  #known(symbol: string, timeframe: Timeframe): string {
    const instrument = this.quotes.listedInstrument(symbol);
    const timeframes = this.provider.timeframes(instrument.symbol);
    if (!timeframes.includes(timeframe)) throw unknownTimeframe(timeframe, timeframes);
    return instrument.symbol;
  }
}

function isWithin({ fromMs, toMs }: CandleRange, openMs: number): boolean {
  return openMs >= fromMs && openMs < toMs;
}
