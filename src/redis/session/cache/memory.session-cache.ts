import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../kernel/clock.js';
import { isLive, type GenerationSession } from '../../../kernel/session-records.js';
import type { SessionLifetimes } from '../session-lifetimes.js';
import type { TokenFacts, TokenOwner } from '../session-token.js';
import { SessionCache, type CachedSession, type Kept } from './session-cache.js';

/** All users together; beyond it the one that was unused for longest is asked of the records again. */
const MAX_SESSIONS = 10_000;

interface Entry {
  readonly session: GenerationSession;
  readonly retiresAtMs?: number;
}

/** Within one process, and never away. */
export class MemorySessionCache extends SessionCache {
  readonly #lifetimes: SessionLifetimes;
  readonly #clock: Clock;
  /** By token hash. */
  readonly #entries: LRUCache<string, Entry | 'ended' | 'retired'>;
  /** By owner: the present one. A session whose user has none here is asked of the records. */
  readonly #generations: LRUCache<string, number>;

  constructor(lifetimes: SessionLifetimes, clock: Clock, maxSessions: number = MAX_SESSIONS) {
    super();
    this.#lifetimes = lifetimes;
    this.#clock = clock;
    this.#entries = new LRUCache({ max: maxSessions });
    this.#generations = new LRUCache({ max: maxSessions });
  }

  override async use({ hash, owner }: TokenFacts): Promise<CachedSession> {
    const entry = this.#entries.get(hash);
    if (entry === 'ended') return 'ended';
    if (entry === undefined || entry === 'retired') return undefined;
    const present = this.#generations.get(owner.id);
    if (present === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    const { session, retiresAtMs } = entry;
    if (session.generation < present) return retiresAtMs === undefined ? 'ended' : undefined;
    if (retiresAtMs !== undefined)
      return nowMs < retiresAtMs ? { ...session, retiresAtMs } : undefined;
    if (!isLive(session, { nowMs, idleMs: this.#lifetimes.idleMs })) {
      this.#entries.delete(hash);
      return undefined;
    }
    const used = { ...session, lastActiveAtMs: nowMs };
    this.#entries.set(hash, { session: used });
    return used;
  }

  override async keep({ hash, owner }: TokenFacts, session: GenerationSession): Promise<Kept> {
    const entry = this.#entries.peek(hash);
    if (entry === 'ended' || session.generation < this.#present(owner)) return 'ended';
    if (entry === 'retired' || entry?.retiresAtMs !== undefined) return 'retired';
    this.#generations.set(owner.id, session.generation);
    this.#entries.set(hash, { session });
    return 'kept';
  }

  override async end({ hash }: TokenFacts): Promise<void> {
    this.#entries.set(hash, 'ended');
  }

  override async endBefore(owner: TokenOwner, generation: number): Promise<void> {
    this.#generations.set(owner.id, Math.max(this.#present(owner), generation));
  }

  override async retire({ hash }: TokenFacts, generation: number, graceMs: number): Promise<void> {
    const entry = this.#entries.peek(hash);
    if (entry === 'ended') return;
    if (entry === undefined || entry === 'retired') {
      this.#entries.set(hash, 'retired');
      return;
    }
    const endsAtMs = entry.retiresAtMs ?? entry.session.expiresAtMs;
    this.#entries.set(hash, {
      session: { ...entry.session, generation },
      retiresAtMs: Math.min(endsAtMs, this.#clock.nowMs() + graceMs),
    });
  }

  override async forgetHere(): Promise<void> {
    this.#entries.clear();
    this.#generations.clear();
  }

  override onInterruption(): void {
    // There is no connection to lose.
  }

  #present({ id }: TokenOwner): number {
    return this.#generations.get(id) ?? 0;
  }
}
