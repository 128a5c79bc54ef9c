import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { FaultLog } from '../../kernel/fault-log.js';
import {
  RateLimiter,
  type RateLimitCheck,
  type RateLimiterStatus,
  type RateLimitVerdict,
} from '../../kernel/rate-limiter.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { checkAll } from './check-consumption.js';
import { Journal } from './journal.js';
import { FRESH_MS, SharedCounts, type SharedCountsOptions } from './shared-counts.js';

/** A sign of life; also how soon lost counts are noticed by a process that checks nothing. */
const BEAT_MS = 1_000;
/** While Redis is away it is tried again after so long, then twice as long, up to {@link BEAT_MS}. */
const FIRST_RETRY_MS = 100;
/** Subjects of one merge: the server answers nobody else meanwhile. */
const MERGE_BATCH = 100;

export interface RedisRateLimiterOptions extends SharedCountsOptions {
  /** Processes that share the limits, until Redis has said how many there are. Default 1. */
  readonly instances?: number;
  /** For tests: whole µs on a clock that is never set. */
  readonly localNowUs?: () => number;
}

/**
 * One count for all processes, by the clock of the Redis server. When Redis fails to answer in time, once, this process
 * goes on alone with its share of each limit, and asks Redis no more until Redis has taken what was let through
 * meanwhile. Counts that Redis lost are told to it again, by each process what it knows.
 */
export class RedisRateLimiter extends RateLimiter implements BeforeApplicationShutdown {
  readonly #logger = new Logger('RateLimit');
  readonly #faults = new FaultLog(this.#logger);
  readonly #connections: RedisConnections;
  readonly #shared: SharedCounts;
  readonly #journal: Journal;
  /** What the counts go by that this process counts in; undefined: it counts on its own. */
  #name: string | undefined;
  /** The last ones it counted in. */
  #lastName: string | undefined;
  #instances: number;
  /** Until then others may not have said yet that they live. */
  #gatheringUntilMs = 0;
  #errors = 0;
  #losses = 0;
  #retryMs = FIRST_RETRY_MS;
  #timer: NodeJS.Timeout | undefined;
  #joining: Promise<void> | undefined;
  #isClosed = false;

  constructor(connections: RedisConnections, keys: KeyBuilder, options: RedisRateLimiterOptions) {
    super();
    this.#connections = connections;
    this.#shared = new SharedCounts(connections, keys, options);
    this.#journal = new Journal(
      options.localNowUs ?? (() => Math.floor(performance.now() * 1_000)),
    );
    this.#instances = options.instances ?? 1;
  }

  /** Joins the counts of the others; resolves without that when Redis does not answer in time. */
  async start(): Promise<this> {
    this.#connections.command.once('end', () => this.#stop());
    await this.#join();
    return this;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop();
    if (this.#name === undefined) return;
    await this.#shared.leave().catch((error: unknown) => this.#report('farewell', error));
  }

  override async consumeAll(asked: readonly RateLimitCheck[]): Promise<RateLimitVerdict> {
    checkAll(asked);
    const checks = this.#shared.keyed(asked);
    if (this.#name !== undefined) {
      try {
        const decisions = await this.#shared.check(this.#name, checks);
        if (decisions !== undefined) {
          this.#journal.noteShared(checks, decisions);
          return { allowed: decisions.every(({ allowed }) => allowed), decisions };
        }
        this.#detach();
      } catch (error) {
        this.#report('check', error);
        this.#detach();
      }
    }
    return this.#journal.decide(checks, this.#instances);
  }

  override status(): RateLimiterStatus {
    return {
      mode: this.#name === undefined ? 'local' : 'shared',
      instances: this.#instances,
      owedSubjects: this.#journal.owedSubjects,
      errors: this.#errors,
      losses: this.#losses,
    };
  }

  /** From now on this process counts on its own, and tries to be back. */
  #detach(): void {
    if (this.#name === undefined) return;
    this.#name = undefined;
    this.#retryMs = FIRST_RETRY_MS;
    this.#logger.warn(`counting alone, a share of 1/${this.#instances} of each limit`);
    this.#schedule(0);
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#join(), delayMs).unref();
  }

  /** One at a time. Never rejects. */
  #join(): Promise<void> {
    this.#joining ??= this.#tryToJoin()
      .catch((error: unknown) => {
        this.#report('beat', error);
        this.#detach();
        this.#schedule(this.#retryMs);
        this.#retryMs = Math.min(BEAT_MS, 2 * this.#retryMs);
      })
      .finally(() => {
        this.#joining = undefined;
      });
    return this.#joining;
  }

  async #tryToJoin(): Promise<void> {
    const { name, instances } = await this.#shared.join();
    const isReturn = name !== this.#name && this.#lastName !== undefined;
    this.#noteInstances(instances, isReturn);
    if (name !== this.#name) {
      this.#detach();
      if (isReturn && name !== this.#lastName) {
        this.#losses += 1;
        this.#journal.oweAll();
      }
      this.#lastName = name;
      if (!(await this.#settleOwed(name))) throw new Error('the counts were lost meanwhile');
      // In the same turn as the look that found nothing owed: what comes from now on is counted there.
      this.#name = name;
      if (isReturn) this.#logger.log('counting together with the others again');
    }
    this.#schedule(BEAT_MS);
  }

  /** Who comes back first finds himself alone there: his share is no larger for it, should he have to leave again. */
  #noteInstances(instances: number, isReturn: boolean): void {
    const nowMs = performance.now();
    if (isReturn) this.#gatheringUntilMs = nowMs + FRESH_MS;
    if (instances > this.#instances || nowMs >= this.#gatheringUntilMs) this.#instances = instances;
  }

  /** @returns false: the counts go by another name by now */
  async #settleOwed(name: string): Promise<boolean> {
    for (;;) {
      const owed = this.#journal.takeOwed(MERGE_BATCH);
      if (owed.length === 0) return true;
      let isMerged = false;
      try {
        isMerged = await this.#shared.merge(name, owed);
      } finally {
        if (!isMerged) this.#journal.giveBack(owed);
      }
      if (!isMerged) return false;
    }
  }

  #stop(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #report(what: string, error: unknown): void {
    this.#errors += 1;
    this.#faults.report(`rate limit ${what} in Redis`, error);
  }
}
