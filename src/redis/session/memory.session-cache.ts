import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.js';
import { isLive, type Session } from '../../kernel/session-records.js';
import { SessionCache, type CachedSession } from './session-cache.js';
import type { SessionLifetimes } from './session-lifetimes.js';
import type { TokenFacts } from './session-token.js';

/** All users together; beyond it the one that was unused for longest is asked of the records again. */
const MAX_SESSIONS = 10_000;

/** Within one process, and never away. */
export class MemorySessionCache extends SessionCache {
  readonly #lifetimes: SessionLifetimes;
  readonly #clock: Clock;
  /** By token hash. */
  readonly #sessions: LRUCache<string, Session | 'ended'>;

  constructor(lifetimes: SessionLifetimes, clock: Clock, maxSessions: number = MAX_SESSIONS) {
    super();
    this.#lifetimes = lifetimes;
    this.#clock = clock;
    this.#sessions = new LRUCache({ max: maxSessions });
  }

  override async use({ hash }: TokenFacts): Promise<CachedSession> {
    const known = this.#sessions.get(hash);
    if (known === undefined || known === 'ended') return known;
    const nowMs = this.#clock.nowMs();
    if (!isLive(known, { nowMs, idleMs: this.#lifetimes.idleMs })) {
      this.#sessions.delete(hash);
      return undefined;
    }
    const session = { ...known, lastActiveAtMs: nowMs };
    this.#sessions.set(hash, session);
    return session;
  }

  override async keep({ hash }: TokenFacts, session: Session): Promise<boolean> {
    if (this.#sessions.peek(hash) === 'ended') return false;
    this.#sessions.set(hash, session);
    return true;
  }

  override async end({ hash }: TokenFacts): Promise<void> {
    this.#sessions.set(hash, 'ended');
  }

  override async forgetHere(): Promise<void> {
    this.#sessions.clear();
  }

  override onInterruption(): void {
    // There is no connection to lose.
  }
}
