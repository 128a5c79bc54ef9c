import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { Authenticator, type Principal } from '../../kernel/principal.js';
import { SessionStore } from '../../redis/index.js';
import type { LiveClient } from './live-client.js';

/** How often the limits of all connections are looked at. */
const TICK_MS = 250;
/** How often the session of a connection is marked as used, and its roles are read. */
const RENEW_MS = 15_000;

/**
 * Closes connections with their session: one that somebody ended within a second, one that came to its absolute
 * end with the next tick. An open connection counts as use: its session does not end for want of requests.
 */
@Injectable()
export class ClientSessions {
  readonly #logger = new Logger(ClientSessions.name);
  /** With the time of their next renewal. */
  readonly #renewals = new Map<LiveClient, number>();
  /** Of those whose token was replaced: their session may go on, they do not. */
  readonly #tokenEnds = new Map<LiveClient, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly authenticator: Authenticator,
    @Inject(Clock) private readonly clock: Clock,
    sessions: SessionStore,
  ) {
    sessions.onEnded((ended) => {
      if ('tokenRetiresAtMs' in ended) {
        this.#retire(ended.sessionId, ended.tokenRetiresAtMs);
        return;
      }
      this.#closeWhere(({ userId, credential }) => {
        if (userId !== ended.userId) return false;
        if ('sessionId' in ended) return credential.id === ended.sessionId;
        return credential.id !== ended.keptSessionId;
      });
    });
  }

  /** Until it closes. Looks at once: the session may have ended during the handshake. */
  watch(client: LiveClient): void {
    const { principal } = client;
    if (principal === undefined) return;
    // Spread over the interval: after a restart all clients come back in the same second.
    this.#renewals.set(client, this.clock.nowMs() + RENEW_MS * Math.random());
    const { credential } = principal;
    if (credential.kind === 'session' && credential.isReplaced === true) {
      this.#tokenEnds.set(client, credential.endsAtMs);
    }
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
    client.onClosed(() => this.#forget(client));
    void this.#renew(client, principal);
  }

  closeUser(userId: string): void {
    this.#closeWhere((principal) => principal.userId === userId);
  }

  /** Which of the session's clients came with the old token is not known: all come back, those that have the new one. */
  #retire(sessionId: string, atMs: number): void {
    for (const client of this.#renewals.keys()) {
      if (client.principal?.credential.id === sessionId) this.#tokenEnds.set(client, atMs);
    }
  }

  #tick(): void {
    const nowMs = this.clock.nowMs();
    for (const [client, renewAtMs] of this.#renewals) {
      const { principal } = client;
      if (principal === undefined) continue;
      const endsAtMs = this.#tokenEnds.get(client) ?? Infinity;
      if (nowMs >= Math.min(principal.credential.endsAtMs, endsAtMs)) client.close();
      else if (nowMs >= renewAtMs) {
        this.#renewals.set(client, nowMs + RENEW_MS);
        void this.#renew(client, principal);
      }
    }
  }

  async #renew(client: LiveClient, before: Principal): Promise<void> {
    try {
      const principal = await this.authenticator.renew(before);
      // Who lost a role follows channels that it may not ask for any more: it has to come back.
      if (principal && before.roles.every((role) => principal.roles.includes(role))) {
        client.principal = principal;
      } else client.close();
    } catch (error) {
      // Who could tell is away: that is no reason to cut everybody off.
      this.#logger.debug({ message: 'session of a live client not renewed', err: error });
    }
  }

  #closeWhere(ends: (principal: Principal) => boolean): void {
    for (const client of [...this.#renewals.keys()]) {
      if (client.principal && ends(client.principal)) client.close();
    }
  }

  #forget(client: LiveClient): void {
    this.#renewals.delete(client);
    this.#tokenEnds.delete(client);
    if (this.#renewals.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
