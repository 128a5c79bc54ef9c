import { Logger } from '@nestjs/common';
import type { Session } from '../../kernel/session-records.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { CachedSession, SessionCache } from './session-cache.js';
import type { TokenFacts } from './session-token.js';

/** How soon a store that failed is tried again; nobody waits for it. */
const RETRY_MS = 500;
/** Ended sessions that a store which is away is still to be told of; others learn of them by their next use. */
const MAX_UNTOLD = 10_000;
const REPLAY_BATCH = 100;

/**
 * The cache as long as it can be believed. After a fault nothing is asked of it, so that nobody waits,
 * until it answers again, knows of every session that was ended meanwhile, and what it kept before no
 * longer counts: Redis may come back with an old copy of its data, or may never have been away but for us.
 */
export class SessionFastPath {
  readonly #faults = new FaultLog(new Logger('Sessions'));
  readonly #cache: SessionCache;
  readonly #untold = new Map<string, TokenFacts>();
  #believed = false;
  #losses = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(cache: SessionCache) {
    this.#cache = cache;
  }

  /** Bounded by the store's own time-outs; a store that is away joins later. */
  async start(): Promise<void> {
    this.#cache.onInterruption(() => this.#lose());
    if (!(await this.#regain())) this.#retryLater();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** @returns undefined also while the store is away. */
  async use(token: TokenFacts): Promise<CachedSession> {
    if (!this.#believed) return undefined;
    try {
      return await this.#cache.use(token);
    } catch (error) {
      this.#faults.report('look-up of a session in Redis', error);
      this.#lose();
      return undefined;
    }
  }

  /** @returns false when the session was ended meanwhile. */
  async keep(token: TokenFacts, session: Session): Promise<boolean> {
    if (!this.#believed) return true;
    try {
      return await this.#cache.keep(token, session);
    } catch (error) {
      this.#faults.report('keeping a session in Redis', error);
      // A server that answers with an error, such as one that is full, has lost nothing.
      if (!(error instanceof Error && error.name === 'ReplyError')) this.#lose();
      return true;
    }
  }

  /** Now, or as soon as the store is back. */
  async end(token: TokenFacts): Promise<void> {
    this.#untold.set(token.hash, token);
    if (this.#untold.size > MAX_UNTOLD) {
      const [oldest = ''] = this.#untold.keys();
      this.#untold.delete(oldest);
    }
    if (!this.#believed) return;
    try {
      await this.#tell(token);
    } catch (error) {
      this.#faults.report('ending a session in Redis', error);
      this.#lose();
    }
  }

  #lose(): void {
    this.#losses += 1;
    this.#believed = false;
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.#regain().then((regained) => {
        this.#timer = undefined;
        if (!regained) this.#retryLater();
      });
    }, RETRY_MS).unref();
  }

  async #regain(): Promise<boolean> {
    const losses = this.#losses;
    try {
      await this.#cache.forgetHere();
      while (this.#untold.size > 0) {
        const batch = [...this.#untold.values()].slice(0, REPLAY_BATCH);
        await Promise.all(batch.map((token) => this.#tell(token)));
      }
    } catch {
      return false;
    }
    // In one step with the look at what is untold: nothing can be ended in between.
    this.#believed = losses === this.#losses;
    return this.#believed;
  }

  async #tell(token: TokenFacts): Promise<void> {
    await this.#cache.end(token);
    this.#untold.delete(token.hash);
  }
}
