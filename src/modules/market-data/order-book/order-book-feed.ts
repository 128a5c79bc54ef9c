import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { LivePublisher } from '../../../realtime/index.js';
import { orderBookChannel } from '../market-data.channels.js';
import { QuoteTicks } from '../quotes/quote-ticks.js';
import type { Quote } from '../quotes/quote.js';
import type { OrderBook } from './order-book.js';
import { OrderBooksService } from './order-books.service.js';

/**
 * Brings the order books of each tick to the cache and the live channels, where the quote feed runs.
 *
 * Beside the feed, not in it: a tick never waits for books. While those of one tick are still on their way, the
 * next ones are left out, so followers may miss books in between and always get the latest.
 */
@Injectable()
export class OrderBookFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #sending: Promise<unknown> | undefined;

  constructor(
    private readonly ticks: QuoteTicks,
    private readonly books: OrderBooksService,
    private readonly live: LivePublisher,
  ) {}

  onApplicationBootstrap(): void {
    this.ticks.subscribe(({ quotes }) => this.#onTick(quotes));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#sending;
  }

  #onTick(quotes: readonly Quote[]): void {
    if (this.#sending !== undefined) return;
    const sends = quotes
      .map(({ symbol, asOf }) => this.books.bookAt(symbol, Date.parse(asOf)))
      .filter((book) => book !== undefined)
      .map((book) => this.#send(book));
    this.#sending = Promise.allSettled(sends).finally(() => (this.#sending = undefined));
  }

  async #send(book: OrderBook): Promise<void> {
    await this.books.store(book);
    await this.live.publish(orderBookChannel, { parameter: book.symbol }, book);
  }
}
