import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { LivePublisher } from '../../../realtime/index.js';
import { LockManager } from '../../../redis/index.js';
import { quoteChannel } from '../market-data.channels.js';
import { QuoteTicks } from './quote-ticks.js';
import { isSamePrice, tickStartMs, type Quote } from './quote.js';
import { QuotesService } from './quotes.service.js';

/** How long the fleet is without a feed when its leader dies, at most (plus one retry). */
const LEADER_TTL_MS = 5_000;
const LEADER_WAIT_MS = 5_000;
const RETRY_MS = 500;
/** Longer than a tick waits for its handlers: even then the lock is given back. */
const STOP_WAIT_MS = 5_000;

/**
 * Brings each tick to the world: the quote cache, the live channels, and {@link QuoteTicks}.
 *
 * One instance of the fleet does it, the holder of a lock; the others wait for it to go. Prices do not
 * depend on it: they are the same for whoever asks the provider. The lock saves work, and two feeds for
 * a moment (a lease that was lost) send the same quotes twice and no wrong ones.
 */
@Injectable()
export class QuoteFeed implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(QuoteFeed.name);
  readonly #stopping = new AbortController();
  readonly #tickMs: number;
  readonly #sent = new Map<string, Quote>();
  #running: Promise<void> = Promise.resolve();
  #lastProblem = '';

  constructor(
    private readonly quotes: QuotesService,
    private readonly ticks: QuoteTicks,
    private readonly live: LivePublisher,
    private readonly locks: LockManager,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Config) config: Config,
  ) {
    this.#tickMs = config.market.tickMs;
  }

  onApplicationBootstrap(): void {
    this.#running = this.#takeTurns(this.#stopping.signal);
  }

  /** Ends within {@link STOP_WAIT_MS}, also while a tick is stuck. */
  async onModuleDestroy(): Promise<void> {
    this.#stopping.abort();
    const stopped = new AbortController();
    const patience = sleep(STOP_WAIT_MS, undefined, { signal: stopped.signal }).catch(
      () => undefined,
    );
    await Promise.race([this.#running, patience]);
    stopped.abort();
  }

  /** Leads whenever nobody else does, until the end. */
  async #takeTurns(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      try {
        await this.locks.using(
          'market-data.feed',
          'leader',
          { ttlMs: LEADER_TTL_MS, waitMs: LEADER_WAIT_MS, signal: stopping },
          (lease) => this.#lead(AbortSignal.any([lease.signal, stopping])),
        );
      } catch (error) {
        if (!stopping.aborted) this.#report(error);
        // Without the lock's Redis nobody can know who leads, and orders must still find their price: all lead.
        if (isUnavailable(error)) {
          await this.#lead(AbortSignal.any([AbortSignal.timeout(LEADER_TTL_MS), stopping]));
        }
      }
      await pause(RETRY_MS, stopping);
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    this.#logger.log('this instance feeds the quotes');
    this.#lastProblem = '';
    // What another leader sent meanwhile is not known here: everything counts as changed.
    this.#sent.clear();
    let lastMs = tickStartMs(this.clock.nowMs(), this.#tickMs);
    while (!signal.aborted) {
      const nowMs = tickStartMs(this.clock.nowMs(), this.#tickMs);
      // A timer may wake a little early: no tick twice. A clock that was set back is followed.
      const doneMs = lastMs - nowMs > this.#tickMs ? nowMs : Math.max(lastMs, nowMs);
      const nextMs = doneMs + this.#tickMs;
      await pause(nextMs - this.clock.nowMs(), signal);
      if (signal.aborted) break;
      // After a slow tick or a late timer: the tick that is due now, those missed are left out.
      lastMs = Math.max(nextMs, tickStartMs(this.clock.nowMs(), this.#tickMs));
      await this.#tick(lastMs);
    }
    this.#logger.log('this instance no longer feeds the quotes');
  }

  async #tick(atMs: number): Promise<void> {
    const quotes = this.quotes.quotesAt(atMs);
    const changed = quotes.filter((quote) => {
      const before = this.#sent.get(quote.symbol);
      return before === undefined || !isSamePrice(before, quote);
    });
    // Execution first: it must not wait for the cache or the sockets to be reached.
    const handled = this.ticks.emit({ quotes });
    const sent = await Promise.allSettled(changed.map((quote) => this.#send(quote)));
    await handled;
    const failed = sent.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) this.#lastProblem = '';
    else this.#report(failed.reason);
  }

  async #send(quote: Quote): Promise<void> {
    await this.quotes.store(quote);
    await this.live.publish(quoteChannel, { parameter: quote.symbol }, quote);
    this.#sent.set(quote.symbol, quote);
  }

  /** Logs a problem when it begins, not on every tick that it lasts. */
  #report(error: unknown): void {
    if (error instanceof AppError && error.code === 'lock.wait_timeout') return;
    const problem = error instanceof Error ? error.message : String(error);
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#logger.warn({ message: 'the quote feed is disturbed', err: error });
  }
}

/** Sleeps, or wakes at once when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(1, ms), undefined, { signal }).catch(() => undefined);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'lock.unavailable';
}
