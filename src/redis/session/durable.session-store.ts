import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import {
  isLive,
  type FoundSession,
  type GenerationSession,
  type JointChange,
  type LiveAt,
  type Rotation,
  type Session,
  type SessionRecord,
  type SessionRecords,
  type SignInChange,
} from '../../kernel/session-records.js';
import { ActivityLog, mayBeLive } from './activity-log.js';
import { askRecords } from './ask-records.js';
import type { SessionCache } from './cache/session-cache.js';
import { SessionFastPath } from './cache/session-fast-path.js';
import { KeepAlive } from './keep-alive.js';
import { LocalEndings } from './local-endings.js';
import { RecordLookup } from './record-lookup.js';
import { SessionChanges } from './session-changes.js';
import { CHANGES_KEPT_MS, type SessionFeed } from './session-feed.js';
import { boundedInput } from './session-input.js';
import type { SessionLifetimes } from './session-lifetimes.js';
import {
  MAX_SESSIONS_PER_USER,
  SessionStore,
  type EndedSessions,
  type NewSession,
  type OpenedSession,
  type TokenReuse,
} from './session-store.js';
import { toSession } from './shown-session.js';
import { createToken, factsOf, readToken, type TokenFacts } from './session-token.js';

const SWEEP_BATCH = 1_000;

/**
 * The records in the database say what is true, the cache is asked first. What was ended in the records
 * never comes back from the cache: this process remembers it, the cache is told, every process follows the
 * log of changes, and each session is held against the records again whenever its use is noted there (about
 * once a minute).
 */
export class DurableSessionStore extends SessionStore implements BeforeApplicationShutdown {
  readonly #logger = new Logger('Sessions');
  readonly #records: SessionRecords;
  readonly #lookup: RecordLookup;
  readonly #fastPath: SessionFastPath;
  readonly #activity: ActivityLog;
  readonly #keepAlive: KeepAlive;
  readonly #endings = new LocalEndings();
  readonly #changes: SessionChanges;
  readonly #lifetimes: SessionLifetimes;
  readonly #clock: Clock;
  readonly #onReused: ((reuse: TokenReuse) => Promise<void>)[] = [];

  constructor(
    records: SessionRecords,
    cache: SessionCache,
    feed: SessionFeed,
    lifetimes: SessionLifetimes,
    clock: Clock,
  ) {
    super();
    this.#records = records;
    this.#lookup = new RecordLookup(records);
    this.#fastPath = new SessionFastPath(cache);
    this.#activity = new ActivityLog(records, lifetimes.idleMs, (token) => {
      this.#endings.end(token.hash);
      void this.#fastPath.end(token);
    });
    this.#keepAlive = new KeepAlive(
      records,
      () => this.#now(),
      () => this.#activity.settle(),
    );
    this.#changes = new SessionChanges(feed, this.#fastPath, this.#endings, clock);
    this.#lifetimes = lifetimes;
    this.#clock = clock;
  }

  async start(): Promise<this> {
    await Promise.all([this.#fastPath.start(), this.#changes.start()]);
    return this;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#fastPath.stop();
    await Promise.all([this.#changes.stop(), this.#activity.stop()]);
  }

  override onEnded(listener: (ended: EndedSessions) => void): void {
    this.#changes.onEnded(listener);
  }

  override onReused(listener: (reuse: TokenReuse) => Promise<void>): void {
    this.#onReused.push(listener);
  }

  override async create(
    input: NewSession,
    presented?: string,
    change?: SignInChange,
  ): Promise<OpenedSession> {
    const { userId, ip, userAgent } = boundedInput(input);
    const { nowMs } = this.#now();
    const login = {
      createdAtMs: nowMs,
      expiresAtMs: nowMs + this.#lifetimes.absoluteMs,
      ip,
      userAgent,
    };
    const before = presented === undefined ? undefined : await this.#findPresented(presented);
    if (before?.userId === userId) {
      const again = { userId, sessionId: before.id, endsOthers: false, login };
      const renewed = await this.#rotate(again, change);
      if (renewed !== undefined) return renewed;
    }
    // Also one that the records call idle: a use may be known elsewhere that they do not know yet.
    if (before !== undefined) await this.revoke(before.userId, before.id);
    return this.#open({ id: newId(), userId, lastActiveAtMs: nowMs, ...login }, change);
  }

  override async validate(token: string): Promise<Session | undefined> {
    const facts = readToken(token);
    if (facts === undefined || this.#endings.has(facts.hash)) return undefined;
    // Taken before the answer is known: noted as the time of use, it must not be too late.
    const { nowMs } = this.#now();
    const found = await this.#fastPath.use(facts);
    if (found === 'ended') {
      this.#endings.end(facts.hash);
      return undefined;
    }
    if (found === undefined || this.#endings.isBefore(facts.owner, found.generation)) {
      return this.#restore(facts);
    }
    this.#activity.note(facts, nowMs);
    return toSession(found);
  }

  override async keepAlive(sessionId: string): Promise<Session | undefined> {
    const record = await askRecords(() => this.#keepAlive.use(sessionId));
    return record === undefined ? undefined : this.#toSession(record);
  }

  override rotate(
    userId: string,
    sessionId: string,
    { endsOthers, change }: { readonly endsOthers: boolean; readonly change?: JointChange },
  ): Promise<OpenedSession | undefined> {
    return this.#rotate({ userId, sessionId, endsOthers }, change);
  }

  override async listByUser(userId: string): Promise<Session[]> {
    await this.#activity.settle();
    const records = await askRecords(() => this.#records.listByUser(userId, this.#now()));
    return records.map((record) => this.#toSession(record));
  }

  override async revoke(userId: string, sessionId: string): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    const change = await askRecords(() => this.#records.revoke(userId, sessionId, nowMs));
    if (change === undefined) return false;
    await this.#changes.announce([change]);
    return true;
  }

  override async revokeAll(userId: string, change?: JointChange): Promise<void> {
    const logged = await askRecords(() => this.#records.revokeAll(userId, change));
    await this.#changes.announce([logged]);
  }

  override async sweep(signal: AbortSignal): Promise<number> {
    let total = 0;
    for (let swept = SWEEP_BATCH; swept === SWEEP_BATCH && !signal.aborted; total += swept) {
      swept = await askRecords(() =>
        this.#records.sweep(this.#clock.nowMs(), SWEEP_BATCH, CHANGES_KEPT_MS),
      );
    }
    return total;
  }

  async #open(session: Session, change?: SignInChange): Promise<OpenedSession> {
    const token = createToken(session.userId);
    const facts = factsOf(token, session.userId);
    const counted = mayBeLive(this.#now());
    const record = { ...session, tokenHash: facts.hash };
    const { generation, surplus } = await askRecords(() =>
      this.#records.open(record, MAX_SESSIONS_PER_USER, counted, change),
    );
    this.#activity.isNoted(facts, session.createdAtMs);
    await Promise.all([
      this.#fastPath.keep(facts, { ...session, generation }),
      this.#changes.announce(surplus),
    ]);
    return { token, session };
  }

  async #rotate(
    rotation: Omit<Rotation, 'tokenHash' | 'retiresAtMs'>,
    change?: SignInChange,
  ): Promise<OpenedSession | undefined> {
    const { userId } = rotation;
    const token = createToken(userId);
    const facts = factsOf(token, userId);
    const now = this.#now();
    const retiresAtMs = now.nowMs + this.#lifetimes.graceMs;
    // Who asks has just used it, and must not be told that it is idle: a password change would end nothing.
    await this.#activity.settle();
    const rotated = await askRecords(() =>
      this.#records.rotate({ ...rotation, tokenHash: facts.hash, retiresAtMs }, now, change),
    );
    if (rotated === undefined) return undefined;
    const { tokenHash: _hash, ...session } = rotated.session;
    this.#activity.isNoted(facts, session.lastActiveAtMs);
    await this.#changes.announce(rotated.changes);
    await this.#fastPath.keep(facts, session);
    return { token, session: toSession(session) };
  }

  /** From the record, if that is still live, and into the cache for the next time. */
  async #restore(token: TokenFacts, isSecondLook = false): Promise<Session | undefined> {
    const record = await askRecords(() => this.#lookup.find(token.hash));
    const now = this.#now();
    if (record === undefined) this.#endings.isUnknown(token.hash);
    // It may also have been ended here while the record was being read.
    if (record === undefined || this.#hasEndedHere(token, record)) return undefined;
    if (record.retiresAtMs !== undefined) return this.#useRetired(record, now);
    const found = this.#toSession(record);
    if (!isLive(found, now)) return undefined;
    const session = { ...found, lastActiveAtMs: now.nowMs };
    const kept = await this.#fastPath.keep(token, { ...session, generation: record.generation });
    // Replaced since the record was read.
    if (kept === 'retired' && !isSecondLook) return this.#restore(token, true);
    if (kept !== 'kept') {
      this.#endings.end(token.hash);
      return undefined;
    }
    this.#activity.isNoted(token, record.lastActiveAtMs);
    this.#activity.note(token, now.nowMs);
    return session;
  }

  async #useRetired(record: FoundSession, now: LiveAt): Promise<Session | undefined> {
    if (now.nowMs < (record.retiresAtMs ?? 0)) {
      return isLive(record, now) ? this.#toSession(record) : undefined;
    }
    if (!(await this.#mayBeInUse(record, now))) return undefined;
    const reuse = { userId: record.userId, sessionId: record.id };
    // Of several at once, one ends it and tells.
    if (!(await this.revoke(record.userId, record.id))) return undefined;
    this.#endings.end(record.tokenHash);
    this.#logger.warn({ message: 'a session token was used after it had been replaced', ...reuse });
    const told = await Promise.allSettled(this.#onReused.map((listener) => listener(reuse)));
    for (const one of told) {
      if (one.status === 'rejected') {
        this.#logger.error({
          message: 'reuse of a token not reported',
          err: one.reason as unknown,
        });
      }
    }
    return undefined;
  }

  /** By the records: what is to be replaced must not be decided by a cache. */
  async #findPresented(token: string): Promise<FoundSession | undefined> {
    const facts = readToken(token);
    if (facts === undefined || this.#endings.has(facts.hash)) return undefined;
    const record = await askRecords(() => this.#lookup.find(facts.hash));
    if (record?.retiresAtMs === undefined) return record;
    return (await this.#useRetired(record, this.#now())) && record;
  }

  /** By its present token, of which what was found of a replaced one says nothing new. */
  async #mayBeInUse({ tokenHash }: FoundSession, now: LiveAt): Promise<boolean> {
    await this.#activity.settle();
    const record = await askRecords(() => this.#lookup.find(tokenHash));
    return record !== undefined && isLive(record, mayBeLive(now));
  }

  #hasEndedHere(token: TokenFacts, { generation }: GenerationSession): boolean {
    return this.#endings.has(token.hash) || this.#endings.isBefore(token.owner, generation);
  }

  /** With uses that are known here and not in the records yet. */
  #toSession(record: SessionRecord): Session {
    const usedAtMs = this.#activity.lastUsedAtMs(record.tokenHash) ?? 0;
    return { ...toSession(record), lastActiveAtMs: Math.max(record.lastActiveAtMs, usedAtMs) };
  }

  #now(): LiveAt {
    return { nowMs: this.#clock.nowMs(), idleMs: this.#lifetimes.idleMs };
  }
}
