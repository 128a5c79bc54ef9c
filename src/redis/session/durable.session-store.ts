import type { BeforeApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../kernel/app-error.js';
import type { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import {
  isLive,
  type LiveAt,
  type Session,
  type SessionRecord,
  type SessionRecords,
} from '../../kernel/session-records.js';
import { ActivityLog } from './activity-log.js';
import { RecordLookup } from './record-lookup.js';
import type { SessionCache } from './session-cache.js';
import { SessionFastPath } from './session-fast-path.js';
import { boundedInput } from './session-input.js';
import type { SessionLifetimes } from './session-lifetimes.js';
import { MAX_SESSIONS_PER_USER, SessionStore, type NewSession } from './session-store.js';
import { createToken, readToken, userShard, type TokenFacts } from './session-token.js';

const MAX_ENDED = 10_000;
const SWEEP_BATCH = 1_000;

/**
 * The records in the database say what is true, the cache is asked first. What was ended in the records
 * never comes back from the cache: this process remembers it, the cache is told, and each session is
 * held against the records again whenever its use is noted there (about once a minute).
 */
export class DurableSessionStore extends SessionStore implements BeforeApplicationShutdown {
  readonly #records: SessionRecords;
  readonly #lookup: RecordLookup;
  readonly #fastPath: SessionFastPath;
  readonly #activity: ActivityLog;
  readonly #lifetimes: SessionLifetimes;
  readonly #clock: Clock;
  /**
   * Token hashes that open nothing: revoked, or never given out. They never will: a new session has a
   * new token. Spares the database who goes on asking with one.
   */
  readonly #ended = new LRUCache<string, true>({ max: MAX_ENDED });

  constructor(
    records: SessionRecords,
    cache: SessionCache,
    lifetimes: SessionLifetimes,
    clock: Clock,
  ) {
    super();
    this.#records = records;
    this.#lookup = new RecordLookup(records);
    this.#fastPath = new SessionFastPath(cache);
    this.#activity = new ActivityLog(records, lifetimes.idleMs, (token) => void this.#end(token));
    this.#lifetimes = lifetimes;
    this.#clock = clock;
  }

  async start(): Promise<this> {
    await this.#fastPath.start();
    return this;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#fastPath.stop();
    await this.#activity.stop();
  }

  override async create(input: NewSession): Promise<{ token: string; session: Session }> {
    const { userId, ip, userAgent } = boundedInput(input);
    const { nowMs } = this.#now();
    const session: Session = {
      id: newId(),
      userId,
      createdAtMs: nowMs,
      lastActiveAtMs: nowMs,
      expiresAtMs: nowMs + this.#lifetimes.absoluteMs,
      ip,
      userAgent,
    };
    const token = createToken(userId);
    const hash = hashOf(token);
    const facts = { hash, shard: userShard(userId) };
    const surplus = await this.#ask(() =>
      this.#records.open({ ...session, tokenHash: hash }, MAX_SESSIONS_PER_USER, this.#now()),
    );
    this.#activity.isNoted(facts, nowMs);
    await Promise.all([this.#fastPath.keep(facts, session), this.#endAll(userId, surplus)]);
    return { token, session };
  }

  override async validate(token: string): Promise<Session | undefined> {
    const facts = readToken(token);
    if (facts === undefined || this.#ended.has(facts.hash)) return undefined;
    // Taken before the answer is known: noted as the time of use, it must not be too late.
    const { nowMs } = this.#now();
    const found = await this.#fastPath.use(facts);
    if (found === undefined) return this.#restore(facts);
    if (found === 'ended') {
      this.#ended.set(facts.hash, true);
      return undefined;
    }
    this.#activity.note(facts, nowMs);
    return found;
  }

  override async listByUser(userId: string): Promise<Session[]> {
    const records = await this.#ask(() => this.#records.listByUser(userId, this.#now()));
    return records.map((record) => this.#toSession(record));
  }

  override async revoke(userId: string, sessionId: string): Promise<boolean> {
    const hash = await this.#ask(() => this.#records.revoke(userId, sessionId, this.#now()));
    if (hash === undefined) return false;
    await this.#endAll(userId, [hash]);
    return true;
  }

  override async revokeAll(userId: string): Promise<void> {
    const hashes = await this.#ask(() => this.#records.revokeAll(userId, this.#clock.nowMs()));
    await this.#endAll(userId, hashes);
  }

  override async sweep(signal: AbortSignal): Promise<number> {
    let total = 0;
    for (let swept = SWEEP_BATCH; swept === SWEEP_BATCH && !signal.aborted; total += swept) {
      swept = await this.#ask(() => this.#records.sweep(this.#clock.nowMs(), SWEEP_BATCH));
    }
    return total;
  }

  /** From the record, if that is still live, and into the cache for the next time. */
  async #restore(token: TokenFacts): Promise<Session | undefined> {
    const record = await this.#ask(() => this.#lookup.find(token.hash));
    const now = this.#now();
    if (record === undefined) this.#ended.set(token.hash, true);
    // It may also have been ended here while the record was being read.
    if (record === undefined || this.#ended.has(token.hash)) return undefined;
    const found = this.#toSession(record);
    if (!isLive(found, now)) return undefined;
    const session = { ...found, lastActiveAtMs: now.nowMs };
    if (!(await this.#fastPath.keep(token, session))) {
      this.#ended.set(token.hash, true);
      return undefined;
    }
    this.#activity.isNoted(token, record.lastActiveAtMs);
    this.#activity.note(token, now.nowMs);
    return session;
  }

  async #endAll(userId: string, hashes: readonly string[]): Promise<void> {
    const shard = userShard(userId);
    await Promise.all(hashes.map((hash) => this.#end({ hash, shard })));
  }

  async #end(token: TokenFacts): Promise<void> {
    this.#ended.set(token.hash, true);
    await this.#fastPath.end(token);
  }

  /** With uses that are known here and not in the records yet. */
  #toSession({ tokenHash, ...session }: SessionRecord): Session {
    const usedAtMs = this.#activity.lastUsedAtMs(tokenHash) ?? 0;
    return { ...session, lastActiveAtMs: Math.max(session.lastActiveAtMs, usedAtMs) };
  }

  #now(): LiveAt {
    return { nowMs: this.#clock.nowMs(), idleMs: this.#lifetimes.idleMs };
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError('unavailable', 'session.unavailable', 'sessions cannot be checked now', {
        cause,
      });
    }
  }
}

function hashOf(token: string): string {
  return readToken(token)?.hash ?? '';
}
