import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { MINUTE_MS } from '../../kernel/duration.js';
import type { SessionRecords } from '../../kernel/session-records.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { TokenFacts } from './session-token.js';

const FLUSH_DELAY_MS = 1_000;
const MAX_PER_STATEMENT = 500;
const MAX_PENDING = 10_000;
const MAX_KNOWN = 50_000;

interface Activity {
  usedAtMs: number;
  /** What the records know, or will in a moment. */
  notedAtMs: number;
}

/**
 * Writes down that sessions are used: behind the answer, many in one statement, and each at most once a
 * minute (a tenth of the idle time, where that is shorter). So the records see an idle session end up to
 * a minute early, never late. What can no longer be noted has been revoked: told to `onEnded`.
 */
export class ActivityLog {
  readonly #faults = new FaultLog(new Logger('Sessions'));
  readonly #records: SessionRecords;
  readonly #intervalMs: number;
  readonly #onEnded: (token: TokenFacts) => void;
  readonly #known = new LRUCache<string, Activity>({ max: MAX_KNOWN });
  readonly #pending = new Map<string, TokenFacts & { readonly atMs: number }>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(records: SessionRecords, idleMs: number, onEnded: (token: TokenFacts) => void) {
    this.#records = records;
    this.#intervalMs = Math.min(MINUTE_MS, idleMs / 10);
    this.#onEnded = onEnded;
  }

  /** The records have this already. */
  isNoted({ hash }: TokenFacts, atMs: number): void {
    this.#known.set(hash, { usedAtMs: atMs, notedAtMs: atMs });
  }

  note(token: TokenFacts, atMs: number): void {
    const activity = this.#known.get(token.hash) ?? { usedAtMs: atMs, notedAtMs: -Infinity };
    this.#known.set(token.hash, activity);
    activity.usedAtMs = atMs;
    if (atMs - activity.notedAtMs < this.#intervalMs) return;
    if (this.#pending.size >= MAX_PENDING) return;
    activity.notedAtMs = atMs;
    this.#pending.set(token.hash, { ...token, atMs });
    this.#flushLater();
  }

  /** As far as this process knows. */
  lastUsedAtMs(tokenHash: string): number | undefined {
    return this.#known.peek(tokenHash)?.usedAtMs;
  }

  /** Writes what is pending, and nothing from then on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#flush();
  }

  #flushLater(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.#flush().then(() => {
        this.#timer = undefined;
        if (this.#pending.size > 0) this.#flushLater();
      });
    }, FLUSH_DELAY_MS).unref();
  }

  async #flush(): Promise<void> {
    const batch = [...this.#pending.values()].slice(0, MAX_PER_STATEMENT);
    if (batch.length === 0) return;
    for (const { hash } of batch) this.#pending.delete(hash);
    try {
      // One time for all: earlier than it was for some, by the second that they were collected in.
      const atMs = Math.min(...batch.map((token) => token.atMs));
      const open = new Set(
        await this.#records.touch(
          batch.map(({ hash }) => hash),
          atMs,
        ),
      );
      for (const token of batch) if (!open.has(token.hash)) this.#onEnded(token);
    } catch (error) {
      this.#faults.report('noting that sessions are used', error);
      // Noted again with the next use.
      for (const { hash } of batch) this.#known.delete(hash);
    }
  }
}
