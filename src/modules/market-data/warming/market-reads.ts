import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../kernel/principal.js';
import { Prefetches, type Prefetch } from '../../../redis/index.js';
import { CandlesService } from '../candles/candles.service.js';
import type { Timeframe } from '../candles/candle.js';
import type { CandlesAnswer, CandlesQuery } from '../candles/candles.dto.js';
import { chartPrefetch } from '../market-data.caches.js';
import { MarketDataProvider } from '../market-data.provider.js';

type MarketRead = 'quote' | 'options' | `bars:${Timeframe}`;

/**
 * What clients look at, so that the bars they are likely to ask for next are there. By session: a user's bot and his
 * browser go different ways. Other modules and warm-ups read as well, but nobody looks at that: controllers note.
 */
@Injectable()
export class MarketReads {
  readonly #prefetch: Prefetch<MarketRead, string>;

  constructor(candles: CandlesService, provider: MarketDataProvider, prefetches: Prefetches) {
    // Bars that are not final are not cached.
    const bars = (timeframe: Timeframe) =>
      provider.barsAreFinal ? (symbol: string) => candles.answer(symbol, { timeframe }) : undefined;
    this.#prefetch = prefetches.use<MarketRead, string>(chartPrefetch, {
      keyOf: (symbol) => symbol,
      loads: {
        quote: undefined,
        // Made in 2 ms, and past its end after five seconds: mostly before somebody comes for it.
        options: undefined,
        'bars:1m': bars('1m'),
        'bars:5m': bars('5m'),
        'bars:15m': bars('15m'),
        'bars:1h': bars('1h'),
        'bars:1d': bars('1d'),
      },
    });
  }

  note({ credential }: Principal, read: 'quote' | 'options', symbol: string): void {
    this.#prefetch.noteRead(credential.id, read, symbol);
  }

  /** Of the latest bars alone: which other range comes next, nobody can tell. */
  noteBars({ credential }: Principal, { from, to }: CandlesQuery, answer: CandlesAnswer): void {
    if (from !== undefined || to !== undefined) return;
    this.#prefetch.noteRead(credential.id, `bars:${answer.timeframe}`, answer.symbol);
  }
}
