import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SECOND_MS } from '../../../kernel/duration.js';

/** After a failure, how long the old value is served before the source is asked again. */
const RETRY_AFTER_MS = 5 * SECOND_MS;
/** At the same time, of one cache; further ones wait for a later reader. */
const MAX_REFRESHES = 100;
const MAX_FAILURES = 1_000;

/** Loads old values anew behind their readers: once at a time per key, and not in a hurry after a failure. */
export class BackgroundRefresh {
  readonly #logger = new Logger('Cache');
  readonly #running = new Set<string>();
  readonly #failedAtMs = new LRUCache<string, number>({ max: MAX_FAILURES });

  constructor(private readonly cacheName: string) {}

  /** Never rejects, never keeps the caller. */
  run(key: string, refresh: () => Promise<void>): void {
    if (this.#running.size >= MAX_REFRESHES || this.#running.has(key)) return;
    if (this.failedLately(key)) return;
    this.#running.add(key);
    void this.#run(key, refresh);
  }

  /** Whether the source failed moments ago, and an old value serves better than another try. */
  failedLately(key: string): boolean {
    const failedAtMs = this.#failedAtMs.get(key);
    return failedAtMs !== undefined && performance.now() - failedAtMs < RETRY_AFTER_MS;
  }

  rememberFailure(key: string, error: unknown): void {
    this.#failedAtMs.set(key, performance.now());
    this.#logger.warn({
      message: 'a cached value could not be refreshed; the old one is served',
      cache: this.cacheName,
      err: error,
    });
  }

  async #run(key: string, refresh: () => Promise<void>): Promise<void> {
    try {
      await refresh();
      this.#failedAtMs.delete(key);
    } catch (error) {
      this.rememberFailure(key, error);
    } finally {
      this.#running.delete(key);
    }
  }
}
