import { Injectable, Logger } from '@nestjs/common';
import type { QuotesTicked } from '../market-data.events.js';

export type QuotesTickedHandler = (event: QuotesTicked) => void | Promise<void>;

/** How long a tick waits for its handlers; a slower one misses ticks until it is done. */
const HANDLERS_WAIT_MS = 4_000;

/**
 * Carries {@link QuotesTicked} to the other modules of this process.
 *
 * A handler never runs twice at the same time: while it is busy with one tick, it is left out of the
 * next ones. One that throws is logged and disturbs no other.
 */
@Injectable()
export class QuoteTicks {
  readonly #logger = new Logger(QuoteTicks.name);
  readonly #subscribers = new Set<{ readonly handler: QuotesTickedHandler; busy: boolean }>();

  /**
   * Who lives as long as the process need not end it: the feed has ended before the application shuts down.
   * @returns what ends the subscription; a run that is under way goes on to its end.
   */
  subscribe(handler: QuotesTickedHandler): () => void {
    const subscriber = { handler, busy: false };
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** Resolves when every handler is done, or after `waitMs`; never rejects. */
  async emit(event: QuotesTicked, waitMs = HANDLERS_WAIT_MS): Promise<void> {
    const idle = [...this.#subscribers].filter((subscriber) => !subscriber.busy);
    if (idle.length === 0) return;
    const runs = Promise.all(
      idle.map(async (subscriber) => {
        subscriber.busy = true;
        try {
          await subscriber.handler(event);
        } catch (error) {
          this.#logger.error({ message: 'a handler of QuotesTicked failed', err: error });
        } finally {
          subscriber.busy = false;
        }
      }),
    );
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'timeout'>((resolve) => {
      timer = setTimeout(resolve, waitMs, 'timeout');
    });
    const outcome = await Promise.race([runs, timeout]);
    clearTimeout(timer);
    if (outcome === 'timeout') {
      this.#logger.warn(
        `handlers of QuotesTicked took over ${waitMs} ms: they miss ticks until they end`,
      );
    }
  }
}
