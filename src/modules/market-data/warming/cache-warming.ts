import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Job } from '../../../redis/index.js';
import { CandlesService } from '../candles/candles.service.js';
import { IndicesService } from '../indices/indices.service.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { QuotesService } from '../quotes/quotes.service.js';
import { MAX_QUOTES } from '../quotes/quotes.dto.js';

/** What charts and analyses ask for first. */
const BARS = 200;
const TIMEFRAMES_SHOWN = ['1d', '1h'] as const;
/** Gradually: between two instruments others have the processor. */
const PAUSE_MS = 50;

export interface Warmed {
  readonly quotes: number;
  readonly candles: number;
  readonly indices: number;
}

@Injectable()
export class CacheWarming {
  constructor(
    private readonly provider: MarketDataProvider,
    private readonly quotes: QuotesService,
    private readonly candles: CandlesService,
    private readonly indices: IndicesService,
  ) {}

  /** Ends early, with an error, when the job's signal aborts: it is run again from the beginning. */
  async warm({
    signal,
    reportProgress,
  }: Pick<Job<unknown>, 'signal' | 'reportProgress'>): Promise<Warmed> {
    const symbols = this.quotes.instruments().map(({ symbol }) => symbol);
    let quotes = 0;
    for (let first = 0; first < symbols.length; first += MAX_QUOTES) {
      const some = symbols.slice(first, first + MAX_QUOTES);
      quotes += (await this.quotes.getQuotes(some)).items.length;
    }
    const { items } = await this.indices.indices();
    let candles = 0;
    for (const [index, symbol] of symbols.entries()) {
      candles += await this.#warmCandles(symbol);
      await reportProgress(Math.floor((100 * (index + 1)) / symbols.length));
      await sleep(PAUSE_MS, undefined, { signal });
    }
    return { quotes, candles, indices: items.length };
  }

  async #warmCandles(symbol: string): Promise<number> {
    let count = 0;
    const has = this.provider.timeframes(symbol);
    for (const timeframe of TIMEFRAMES_SHOWN.filter((one) => has.includes(one))) {
      count += (await this.candles.getLatestCandles(symbol, timeframe, BARS)).length;
    }
    return count;
  }
}
