import { Logger } from '@nestjs/common';
import type { Clock } from '../../kernel/clock.js';
import { SECOND_MS } from '../../kernel/duration.js';

/** After a refresh that failed, how long the old value is served before the source is asked again. */
const RETRY_AFTER_MS = 5 * SECOND_MS;
/** At the same time, of one cache; further ones wait for a later reader. */
const MAX_REFRESHES = 100;

/** Loads old values anew behind their readers: once at a time per key, and not in a hurry after a failure. */
export class BackgroundRefresh {
  readonly #logger = new Logger('Cache');
  readonly #running = new Set<string>();
  readonly #failedAtMs = new Map<string, number>();

  constructor(
    private readonly cacheName: string,
    private readonly refreshAfterMs: number,
    private readonly clock: Clock,
  ) {}

  isDue(writtenAtMs: number): boolean {
    return this.clock.nowMs() - writtenAtMs > this.refreshAfterMs;
  }

  /** Never rejects, never keeps the caller. */
  run(key: string, refresh: () => Promise<void>): void {
    if (this.#running.size >= MAX_REFRESHES || this.#running.has(key)) return;
    const failedAtMs = this.#failedAtMs.get(key);
    if (failedAtMs !== undefined && this.clock.nowMs() - failedAtMs < RETRY_AFTER_MS) return;
    this.#running.add(key);
    void this.#refresh(key, refresh);
  }

  async #refresh(key: string, refresh: () => Promise<void>): Promise<void> {
    this.#failedAtMs.delete(key);
    try {
      await refresh();
    } catch (error) {
      this.#rememberFailure(key);
      this.#logger.warn({
        message: 'a cached value could not be refreshed; the old one is served',
        cache: this.cacheName,
        err: error,
      });
    } finally {
      this.#running.delete(key);
    }
  }

  /** Bounded: the oldest failure is forgotten first. */
  #rememberFailure(key: string): void {
    const [oldest] = this.#failedAtMs.keys();
    if (this.#failedAtMs.size >= MAX_REFRESHES && oldest !== undefined) {
      this.#failedAtMs.delete(oldest);
    }
    this.#failedAtMs.set(key, this.clock.nowMs());
  }
}
