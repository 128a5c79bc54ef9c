import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { Authenticator } from '../kernel/principal.js';
import { SessionStore } from '../redis/index.js';
import type { LiveSocket } from './live-messages.js';

/** How often the limits of all sockets are looked at. */
const TICK_MS = 250;
/** How often the session of a socket is marked as used, and its roles are read. */
const RENEW_MS = 15_000;

/**
 * Closes sockets with their session: one that somebody ended within a second, one that came to its absolute
 * end with the next tick. An open socket counts as use: its session does not end for want of requests.
 */
@Injectable()
export class SocketSessions {
  readonly #logger = new Logger(SocketSessions.name);
  /** With the time of their next renewal. */
  readonly #renewals = new Map<LiveSocket, number>();
  /** Of sockets whose token was replaced: their session may go on, they do not. */
  readonly #tokenEnds = new Map<LiveSocket, number>();
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
  watch(socket: LiveSocket): void {
    // Spread over the interval: after a restart all clients come back in the same second.
    this.#renewals.set(socket, this.clock.nowMs() + RENEW_MS * Math.random());
    const { credential } = socket.data.principal;
    if (credential.kind === 'session' && credential.isReplaced === true) {
      this.#tokenEnds.set(socket, credential.endsAtMs);
    }
    socket.on('disconnect', () => this.#forget(socket));
    if (!socket.connected) this.#forget(socket);
    else this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
    void this.#renew(socket);
  }

  closeUser(userId: string): void {
    this.#closeWhere((principal) => principal.userId === userId);
  }

  /** Which of the session's sockets came with the old token is not known: all come back, those that have the new one. */
  #retire(sessionId: string, atMs: number): void {
    for (const socket of this.#renewals.keys()) {
      if (socket.data.principal.credential.id === sessionId) this.#tokenEnds.set(socket, atMs);
    }
  }

  #tick(): void {
    const nowMs = this.clock.nowMs();
    for (const [socket, renewAtMs] of this.#renewals) {
      const { endsAtMs } = socket.data.principal.credential;
      if (nowMs >= Math.min(endsAtMs, this.#tokenEnds.get(socket) ?? Infinity))
        socket.disconnect(true);
      else if (nowMs >= renewAtMs) {
        this.#renewals.set(socket, nowMs + RENEW_MS);
        void this.#renew(socket);
      }
    }
  }

  async #renew(socket: LiveSocket): Promise<void> {
    try {
      const principal = await this.authenticator.renew(socket.data.principal);
      // Who lost a role follows channels that it may not ask for any more: it has to come back.
      const before = socket.data.principal.roles;
      if (principal && before.every((role) => principal.roles.includes(role))) {
        socket.data.principal = principal;
      } else socket.disconnect(true);
    } catch (error) {
      // Who could tell is away: that is no reason to cut everybody off.
      this.#logger.debug({ message: 'session of a socket not renewed', err: error });
    }
  }

  #closeWhere(ends: (principal: LiveSocket['data']['principal']) => boolean): void {
    for (const socket of [...this.#renewals.keys()]) {
      if (ends(socket.data.principal)) socket.disconnect(true);
    }
  }

  #forget(socket: LiveSocket): void {
    this.#renewals.delete(socket);
    this.#tokenEnds.delete(socket);
    if (this.#renewals.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
