import { Injectable } from '@nestjs/common';
import {
  defineWarmUp,
  WarmUps,
  type Job,
  type WarmUp,
  type WarmUpResult,
} from '../../../redis/index.js';
import { CandlesService } from '../candles/candles.service.js';
import type { CandleRange } from '../candles/candle.js';
import { IndicesService } from '../indices/indices.service.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { QuotesService } from '../quotes/quotes.service.js';
import { MAX_QUOTES } from '../quotes/quotes.dto.js';

/** What charts and analyses ask for first. */
const BARS = 200;
const TIMEFRAMES_SHOWN = ['1d', '1h'] as const;

/** A simulated market is made in this thread: all of it is some seconds of work, a block of days 50 ms. */
export const marketWarmUp = defineWarmUp({
  name: 'market-data.charts',
  concurrency: 1,
  loopShare: 0.25,
  atBoot: true,
});

type Warmed =
  | { readonly what: 'quotes'; readonly symbols: readonly string[] }
  | { readonly what: 'indices' }
  | { readonly what: 'candles'; readonly symbol: string; readonly range: CandleRange };

/** Fills the caches of quotes, indices and bars: at the start of each process, and in a job of the fleet's schedule. */
@Injectable()
export class CacheWarming {
  readonly #warmUp: WarmUp;

  constructor(
    private readonly provider: MarketDataProvider,
    private readonly quotes: QuotesService,
    private readonly candles: CandlesService,
    private readonly indices: IndicesService,
    warmUps: WarmUps,
  ) {
    this.#warmUp = warmUps.use<Warmed>(marketWarmUp, {
      params: () => this.#wanted(),
      load: (entry) => this.#load(entry),
    });
  }

  /** Ends early, with an error, when the job's signal aborts: it is run again from the beginning. */
  warm({
    signal,
    reportProgress,
  }: Pick<Job<unknown>, 'signal' | 'reportProgress'>): Promise<WarmUpResult> {
    return this.#warmUp.run({
      signal,
      onProgress: (done, total = done) => reportProgress(Math.floor((100 * done) / total)),
    });
  }

  #wanted(): Warmed[] {
    const symbols = this.quotes.instruments().map(({ symbol }) => symbol);
    const quotes: Warmed[] = [];
    for (let first = 0; first < symbols.length; first += MAX_QUOTES) {
      quotes.push({ what: 'quotes', symbols: symbols.slice(first, first + MAX_QUOTES) });
    }
    const candles = symbols.flatMap((symbol) => {
      const has = this.provider.timeframes(symbol);
      const shown = TIMEFRAMES_SHOWN.filter((timeframe) => has.includes(timeframe));
      const ranges = shown.flatMap((timeframe) =>
        this.candles.latestBlocks(symbol, timeframe, BARS),
      );
      return ranges.map((range): Warmed => ({ what: 'candles', symbol, range }));
    });
    return [...quotes, { what: 'indices' }, ...candles];
  }

  #load(entry: Warmed): Promise<unknown> {
    if (entry.what === 'quotes') return this.quotes.getQuotes(entry.symbols);
    if (entry.what === 'indices') return this.indices.indices();
    const { timeframe, fromMs, toMs } = entry.range;
    return this.candles.getCandles(entry.symbol, timeframe, fromMs, toMs);
  }
}
