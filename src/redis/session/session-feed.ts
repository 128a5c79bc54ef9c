import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { HOUR_MS, SECOND_MS } from '../../kernel/duration.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { JsonValue } from '../../kernel/json.js';
import type { LoggedChange, SessionChange, SessionRecords } from '../../kernel/session-records.js';
import type { PubSub, Subscription } from '../pubsub/pub-sub.js';

const CHANNEL = 'sessions.changed';
/** With the time of the question, within a second. */
const FOLLOW_MS = 500;
/** On top of how long a statement may run. */
const OVERLAP_MS = 5 * SECOND_MS;
/** How long the log is kept. */
export const CHANGES_KEPT_MS = 6 * HOUR_MS;
const MAX_SEEN = 20_000;

/** `here`: this process made it; `bus`: whoever made it has told Redis, or will; `log`: perhaps nobody did. */
export type ChangeSource = 'here' | 'bus' | 'log';
export type ChangeListener = (change: SessionChange, source: ChangeSource) => Promise<void>;

export interface FeedOptions {
  /** Whether other processes may write into the log. */
  readonly isShared: boolean;
  /** How long a transaction may wait for its next statement, or for its end. */
  readonly statementTimeoutMs: number;
}

/**
 * What happens to sessions anywhere, told to this process once each: over the bus within milliseconds, and
 * from the log in the database within a second, whatever becomes of Redis.
 */
export class SessionFeed {
  readonly #faults = new FaultLog(new Logger('Sessions'));
  readonly #records: SessionRecords;
  readonly #bus: PubSub;
  readonly #isShared: boolean;
  /** What was written before a look and was not visible yet is seen by the next one. */
  readonly #overlapMs: number;
  /** What came already, whoever told first; resolves when this process has done its part. */
  readonly #seen = new LRUCache<number, Promise<void>>({ max: MAX_SEEN });
  #listen: ChangeListener = () => Promise.resolve();
  #onGap: () => void = () => undefined;
  #lookedAtMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #subscription: Subscription | undefined;
  #stopped = false;

  constructor(records: SessionRecords, bus: PubSub, { isShared, statementTimeoutMs }: FeedOptions) {
    this.#records = records;
    this.#bus = bus;
    this.#isShared = isShared;
    this.#overlapMs = statementTimeoutMs + OVERLAP_MS;
  }

  /** @param onGap told when changes may have been missed for good */
  async start(listen: ChangeListener, onGap: () => void): Promise<void> {
    this.#listen = listen;
    this.#onGap = onGap;
    if (!this.#isShared) return;
    this.#subscription = await this.#bus.subscribe(CHANNEL, (message) =>
      this.#take([message as unknown as LoggedChange], 'bus'),
    );
    this.#lookLater();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#subscription?.unsubscribe().catch(() => undefined);
  }

  /** Here at once, and to all others. Resolves when this process has done its part. */
  async announce(changes: readonly LoggedChange[]): Promise<void> {
    await this.#take(changes, 'here');
    if (!this.#isShared) return;
    for (const logged of changes) {
      // Nobody waits for a bus that is away: the log tells them too.
      this.#bus
        .publish(CHANNEL, logged as unknown as JsonValue)
        .catch((error: unknown) => this.#faults.report('telling of ended sessions', error));
    }
  }

  /** One after the other: a token is retired before the generation it had is over. */
  async #take(changes: readonly LoggedChange[], source: ChangeSource): Promise<void> {
    for (const { seq, change } of changes) {
      // Whoever made it waits also if the log told of it first: Redis may be hearing of it only now.
      await (this.#seen.get(seq) ?? this.#begin(seq, change, source));
    }
  }

  #begin(seq: number, change: SessionChange, source: ChangeSource): Promise<void> {
    const done = this.#listen(change, source);
    this.#seen.set(
      seq,
      done.catch(() => undefined),
    );
    return done;
  }

  #lookLater(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look().then(() => this.#lookLater()), FOLLOW_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const startedAtMs = performance.now();
    const unseenMs = startedAtMs - this.#lookedAtMs;
    try {
      if (unseenMs > CHANGES_KEPT_MS - this.#overlapMs) this.#onGap();
      const changes = await this.#records.changes(unseenMs + this.#overlapMs);
      this.#lookedAtMs = startedAtMs;
      await this.#take(changes, 'log');
    } catch (error) {
      this.#faults.report('following what happens to sessions', error);
    }
  }
}
