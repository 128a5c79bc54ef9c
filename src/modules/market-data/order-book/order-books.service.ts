import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { orderBookCache } from '../market-data.caches.js';
import { noDepth } from '../market-data.errors.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { QuotesService } from '../quotes/quotes.service.js';
import type { OrderBook } from './order-book.js';

@Injectable()
export class OrderBooksService {
  readonly #cache: Cache<{ readonly symbol: string }, OrderBook>;

  constructor(
    private readonly provider: MarketDataProvider,
    private readonly quotes: QuotesService,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(orderBookCache);
  }

  /**
   * The order book to show, up to 1 s old.
   * @throws AppError `market_data.unknown_symbol` (not_found); `market_data.no_depth` (unprocessable): a
   *   recording of bars has none
   */
  async orderBook(symbol: string): Promise<OrderBook> {
    const known = this.quotes.listedInstrument(symbol).symbol;
    return this.#cache.getOrSet({ symbol: known }, () => {
      const book = this.bookAt(known, this.clock.nowMs());
      return book === undefined ? Promise.reject(noDepth(known)) : Promise.resolve(book);
    });
  }

  /** The book of the tick that `atMs` lies in; undefined where the provider has no depth. */
  bookAt(symbol: string, atMs: number): OrderBook | undefined {
    return this.provider.orderBook(symbol, atMs);
  }

  /** Writes the book through the cache, for {@link orderBook} of every process. */
  async store(book: OrderBook): Promise<void> {
    await this.#cache.set({ symbol: book.symbol }, book);
  }
}
