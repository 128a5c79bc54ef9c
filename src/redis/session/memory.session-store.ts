import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import { boundedInput } from './session-input.js';
import {
  MAX_SESSIONS_PER_USER,
  SessionStore,
  type NewSession,
  type Session,
} from './session-store.js';
import { createToken, readToken } from './session-token.js';
import type { SessionLifetimes } from './session-lifetimes.js';

/** All users together; beyond it the one that was unused for longest ends. */
const MAX_SESSIONS = 10_000;

/** Within one process, gone with it. */
export class MemorySessionStore extends SessionStore {
  readonly #lifetimes: SessionLifetimes;
  readonly #clock: Clock;
  /** By token hash. */
  readonly #sessions: LRUCache<string, Session>;
  /** Token hashes per user, oldest login first. */
  readonly #byUser = new Map<string, Set<string>>();

  constructor(lifetimes: SessionLifetimes, clock: Clock, maxSessions: number = MAX_SESSIONS) {
    super();
    this.#lifetimes = lifetimes;
    this.#clock = clock;
    this.#sessions = new LRUCache({
      max: maxSessions,
      noDisposeOnSet: true,
      dispose: (session, hash) => this.#unlist(session.userId, hash),
    });
  }

  override async create(input: NewSession): Promise<{ token: string; session: Session }> {
    const bounded = boundedInput(input);
    const token = createToken(bounded.userId);
    const hash = readToken(token)?.hash ?? '';
    const nowMs = this.#clock.nowMs();
    const session: Session = {
      id: newId(),
      ...bounded,
      createdAtMs: nowMs,
      lastActiveAtMs: nowMs,
      expiresAtMs: nowMs + this.#lifetimes.absoluteMs,
    };
    const [oldest] = this.#live(bounded.userId).slice(MAX_SESSIONS_PER_USER - 1);
    if (oldest !== undefined) this.#sessions.delete(oldest.hash);
    this.#sessions.set(hash, session);
    const hashes = this.#byUser.get(bounded.userId) ?? new Set();
    this.#byUser.set(bounded.userId, hashes.add(hash));
    return { token, session };
  }

  override async validate(token: string): Promise<Session | undefined> {
    const hash = readToken(token)?.hash;
    const known = hash === undefined ? undefined : this.#sessions.get(hash);
    if (hash === undefined || known === undefined) return undefined;
    if (!this.#isLive(known)) {
      this.#sessions.delete(hash);
      return undefined;
    }
    const session = { ...known, lastActiveAtMs: this.#clock.nowMs() };
    this.#sessions.set(hash, session);
    return session;
  }

  override async listByUser(userId: string): Promise<Session[]> {
    return this.#live(userId).map(({ session }) => session);
  }

  override async revoke(userId: string, sessionId: string): Promise<boolean> {
    const found = this.#live(userId).find(({ session }) => session.id === sessionId);
    return found !== undefined && this.#sessions.delete(found.hash);
  }

  override async revokeAll(userId: string): Promise<void> {
    for (const hash of [...(this.#byUser.get(userId) ?? [])]) this.#sessions.delete(hash);
  }

  /** Latest login first; the ended ones are dropped in passing. */
  #live(userId: string): { hash: string; session: Session }[] {
    const live: { hash: string; session: Session }[] = [];
    for (const hash of [...(this.#byUser.get(userId) ?? [])]) {
      const session = this.#sessions.peek(hash);
      if (session !== undefined && this.#isLive(session)) live.unshift({ hash, session });
      else this.#sessions.delete(hash);
    }
    return live;
  }

  #isLive(session: Session): boolean {
    const nowMs = this.#clock.nowMs();
    return nowMs < session.expiresAtMs && nowMs < session.lastActiveAtMs + this.#lifetimes.idleMs;
  }

  #unlist(userId: string, hash: string): void {
    const hashes = this.#byUser.get(userId);
    hashes?.delete(hash);
    if (hashes?.size === 0) this.#byUser.delete(userId);
  }
}
