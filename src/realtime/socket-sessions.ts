import { Injectable, Logger } from '@nestjs/common';
import { Authenticator } from '../kernel/principal.js';
import type { LiveSocket } from './live-messages.js';

/** How long a socket may outlive its session, when no message told of its end. */
const CHECK_MS = 30_000;

/**
 * Closes sockets whose session has ended, by whichever limit. An open socket counts as use: its session ends
 * by the absolute limit, by logout or revocation, and not for want of requests.
 */
@Injectable()
export class SocketSessions {
  readonly #logger = new Logger(SocketSessions.name);

  constructor(private readonly authenticator: Authenticator) {}

  /** Checks now (the session may have ended during the handshake) and from time to time, until the socket closes. */
  watch(socket: LiveSocket): void {
    // Spread over the interval: after a restart all clients come back in the same second.
    const intervalMs = CHECK_MS * (0.5 + Math.random() / 2);
    const timer = setInterval(() => void this.#check(socket), intervalMs).unref();
    socket.on('disconnect', () => clearInterval(timer));
    if (!socket.connected) clearInterval(timer);
    void this.#check(socket);
  }

  async #check(socket: LiveSocket): Promise<void> {
    try {
      const principal = await this.authenticator.authenticate(socket.data.token);
      // Who lost a role follows channels that it may not ask for any more: it has to come back.
      const before = socket.data.principal.roles;
      if (principal && before.every((role) => principal.roles.includes(role))) {
        socket.data.principal = principal;
      } else socket.disconnect(true);
    } catch (error) {
      // The session store is away: that is no reason to cut everybody off.
      this.#logger.debug({ message: 'session of a socket not checked', err: error });
    }
  }
}
