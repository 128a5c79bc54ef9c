import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { MINUTE_MS } from '../../kernel/duration.js';
import type { LiveAt, SessionRecords } from '../../kernel/session-records.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { TokenFacts } from './session-token.js';

const FLUSH_DELAY_MS = 1_000;
const MAX_PER_STATEMENT = 500;
const MAX_PENDING = 10_000;
const MAX_KNOWN = 50_000;
/** For longer than this, a use stays unknown to the records only while they do not answer. */
const UNKNOWN_USE_MS = 2 * MINUTE_MS;

/** What "live" means for a record where a use may be known that it does not know yet. */
export function mayBeLive({ nowMs, idleMs }: LiveAt): LiveAt {
  return { nowMs, idleMs: idleMs + UNKNOWN_USE_MS };
}

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
  /** One flush after the other: who waits for the last one knows that all before are done. */
  #flushes = Promise.resolve();
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
    await this.settle();
  }

  /** Resolves when the records know all that was noted here before, if they answer. */
  settle(): Promise<void> {
    this.#flushes = this.#flushes.then(() => this.#flushAll());
    return this.#flushes;
  }

  #flushLater(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.settle().then(() => {
        this.#timer = undefined;
        if (this.#pending.size > 0) this.#flushLater();
      });
    }, FLUSH_DELAY_MS).unref();
  }

  async #flushAll(): Promise<void> {
    const noted = [...this.#pending.values()].sort((a, b) => a.atMs - b.atMs);
    this.#pending.clear();
    while (noted.length > 0) {
      const [{ atMs } = { atMs: 0 }] = noted;
      // One time for all: earlier than it was for some, by a second at most.
      const late = noted.findIndex((token) => token.atMs > atMs + FLUSH_DELAY_MS);
      const count = Math.min(MAX_PER_STATEMENT, late < 0 ? noted.length : late);
      await this.#write(noted.splice(0, count), atMs);
    }
  }

  async #write(batch: readonly TokenFacts[], atMs: number): Promise<void> {
    try {
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
