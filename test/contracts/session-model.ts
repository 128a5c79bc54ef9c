import type { SessionLifetimes } from '../../src/redis/session/session-lifetimes.js';
import type { SessionStore } from '../../src/redis/session/session-store.js';
import type { ManualClock } from '../support/manual-clock.js';

interface ModelToken {
  readonly token: string;
  readonly session: ModelSession;
  /** Infinity: it is the one that counts. */
  retiresAtMs: number;
}

interface ModelSession {
  readonly id: string;
  readonly endsAtMs: number;
  /** Of all that may have counted as a use, the last. */
  usedAtMs: number;
  /** Somebody ended it, or a replaced token was used too late. */
  ended: boolean;
  /** So near to a limit or a grace was it used that both answers were right: it may have ended, or not. */
  isUnsure: boolean;
}

export type TokenAct = 'validate' | 'keepAlive' | 'revoke' | 'rotate' | 'rotateAlone';

/**
 * What the sessions of one user must be, beside what they are. It is exact about the end, which is never late, and
 * leaves `slackMs` before a limit in which a session may have ended or not: the records know of a use up to
 * a minute less, and a test takes time.
 */
export class SessionModel {
  readonly #store: SessionStore;
  readonly #userId: string;
  readonly #lifetimes: SessionLifetimes;
  readonly #clock: ManualClock;
  readonly #slackMs: number;
  readonly #sessions: ModelSession[] = [];
  readonly #tokens: ModelToken[] = [];

  constructor(
    store: SessionStore,
    userId: string,
    lifetimes: SessionLifetimes,
    clock: ManualClock,
    slackMs: number,
  ) {
    this.#store = store;
    this.#userId = userId;
    this.#lifetimes = lifetimes;
    this.#clock = clock;
    this.#slackMs = slackMs;
  }

  async create(): Promise<void> {
    const { token, session } = await this.#store.create({
      userId: this.#userId,
      ip: '192.0.2.7',
      userAgent: 'Firefox/130',
    });
    const nowMs = this.#clock.nowMs();
    const made: ModelSession = {
      id: session.id,
      endsAtMs: nowMs + this.#lifetimes.absoluteMs,
      usedAtMs: nowMs,
      ended: false,
      isUnsure: false,
    };
    this.#sessions.push(made);
    this.#tokens.push({ token, session: made, retiresAtMs: Infinity });
  }

  async revokeAll(): Promise<void> {
    await this.#store.revokeAll(this.#userId);
    for (const session of this.#sessions) session.ended = true;
  }

  async act(kind: TokenAct, nth: number): Promise<void> {
    const token = this.#tokens[nth % this.#tokens.length];
    if (token === undefined) return;
    if (kind === 'validate') return this.#validate(token);
    if (kind === 'keepAlive') return this.#keepAlive(token.session);
    if (kind === 'revoke') return this.#revoke(token.session);
    return this.#rotate(token.session, kind === 'rotateAlone');
  }

  /** All of it, and what the list says. */
  async check(): Promise<void> {
    const listed = new Set((await this.#store.listByUser(this.#userId)).map(({ id }) => id));
    for (const session of this.#sessions) this.#expect(session, listed.has(session.id));
    for (const token of this.#tokens) await this.#validate(token);
  }

  async #validate({ token, session, retiresAtMs }: ModelToken): Promise<void> {
    const found = (await this.#store.validate(token)) !== undefined;
    const nowMs = this.#clock.nowMs();
    const isLate = nowMs >= retiresAtMs;
    if (isLate) {
      expect(found).toBe(false);
      // What Redis does not know to have retired, the records do; whether they still called it live is known to them.
      if (this.#isSurelyLive(session)) session.ended = true;
      else session.isUnsure = true;
      return;
    }
    if (nowMs >= retiresAtMs - this.#slackMs && retiresAtMs !== Infinity) {
      if (!found) session.isUnsure = true;
      else this.#expect(session, found);
      return;
    }
    this.#expect(session, found);
    if (found) session.usedAtMs = nowMs;
  }

  async #keepAlive(session: ModelSession): Promise<void> {
    const found = (await this.#store.keepAlive(session.id)) !== undefined;
    this.#expect(session, found);
    if (found) session.usedAtMs = this.#clock.nowMs();
  }

  async #revoke(session: ModelSession): Promise<void> {
    const wasOpen = await this.#store.revoke(this.#userId, session.id);
    // Whether one that has idled out can still be ended, nobody needs to know; that it never comes back, all do.
    if (session.ended || this.#isSurelyLive(session)) expect(wasOpen).toBe(!session.ended);
    session.ended = true;
  }

  async #rotate(session: ModelSession, endsOthers: boolean): Promise<void> {
    const rotated = await this.#store.rotate(this.#userId, session.id, { endsOthers });
    this.#expect(session, rotated !== undefined);
    if (rotated === undefined) return;
    const nowMs = this.#clock.nowMs();
    session.usedAtMs = nowMs;
    for (const token of this.#tokens) {
      if (token.session !== session) continue;
      token.retiresAtMs = Math.min(token.retiresAtMs, nowMs + this.#lifetimes.graceMs);
    }
    this.#tokens.push({ token: rotated.token, session, retiresAtMs: Infinity });
    if (!endsOthers) return;
    for (const other of this.#sessions) if (other !== session) other.ended = true;
  }

  #expect(session: ModelSession, isLive: boolean): void {
    if (!this.#mayBeLive(session)) expect(isLive).toBe(false);
    else if (this.#isSurelyLive(session)) expect(isLive).toBe(true);
  }

  #mayBeLive({ ended, usedAtMs, endsAtMs }: ModelSession): boolean {
    const nowMs = this.#clock.nowMs();
    return !ended && nowMs < usedAtMs + this.#lifetimes.idleMs && nowMs < endsAtMs;
  }

  #isSurelyLive(session: ModelSession): boolean {
    if (session.isUnsure || session.ended) return false;
    const laterMs = this.#clock.nowMs() + 2 * this.#slackMs;
    return laterMs < session.usedAtMs + this.#lifetimes.idleMs && laterMs < session.endsAtMs;
  }
}
