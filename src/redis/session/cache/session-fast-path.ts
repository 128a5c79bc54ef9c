import { Logger } from '@nestjs/common';
import { FaultLog } from '../../../kernel/fault-log.js';
import type { GenerationSession } from '../../../kernel/session-records.js';
import type { TokenFacts, TokenOwner } from '../session-token.js';
import type { CachedSession, Kept, SessionCache } from './session-cache.js';

/** How soon a store that failed is tried again; nobody waits for it. */
const RETRY_MS = 500;
/** What a store that is away is still to be told of; beyond it the log of changes tells all others. */
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
  /** By what it is about: a later word replaces the earlier one. */
  readonly #untold = new Map<string, () => Promise<void>>();
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

  async keep(token: TokenFacts, session: GenerationSession): Promise<Kept> {
    if (!this.#believed) return 'kept';
    try {
      return await this.#cache.keep(token, session);
    } catch (error) {
      this.#faults.report('keeping a session in Redis', error);
      // A server that answers with an error, such as one that is full, has lost nothing.
      if (!(error instanceof Error && error.name === 'ReplyError')) this.#lose();
      return 'kept';
    }
  }

  /** Now, or as soon as the store is back; so are the others. */
  end(token: TokenFacts): Promise<void> {
    return this.#tell(`token ${token.hash}`, () => this.#cache.end(token));
  }

  endBefore(owner: TokenOwner, generation: number): Promise<void> {
    return this.#tell(`owner ${owner.id}`, () => this.#cache.endBefore(owner, generation));
  }

  /** @param leftMs asked when it is told */
  retire(token: TokenFacts, generation: number, leftMs: () => number): Promise<void> {
    return this.#tell(`token ${token.hash}`, () => this.#cache.retire(token, generation, leftMs()));
  }

  /** What was kept before counts no longer: this process may have missed what happened meanwhile. */
  doubt(): void {
    this.#lose();
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
        const batch = [...this.#untold].slice(0, REPLAY_BATCH);
        await Promise.all(batch.map(([about, tell]) => this.#tellNow(about, tell)));
      }
    } catch {
      return false;
    }
    // In one step with the look at what is untold: nothing can be ended in between.
    this.#believed = losses === this.#losses;
    return this.#believed;
  }

  async #tell(about: string, tell: () => Promise<void>): Promise<void> {
    // To the end: told in another order, a token would be of a generation that has ended before it is retired.
    this.#untold.delete(about);
    this.#untold.set(about, tell);
    if (this.#untold.size > MAX_UNTOLD) {
      const [oldest = ''] = this.#untold.keys();
      this.#untold.delete(oldest);
    }
    if (!this.#believed) return;
    try {
      await this.#tellNow(about, tell);
    } catch (error) {
      this.#faults.report('ending a session in Redis', error);
      this.#lose();
    }
  }

  async #tellNow(about: string, tell: () => Promise<void>): Promise<void> {
    await tell();
    // Not what took its place meanwhile.
    if (this.#untold.get(about) === tell) this.#untold.delete(about);
  }
}
