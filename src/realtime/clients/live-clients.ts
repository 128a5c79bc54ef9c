import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { SECOND_MS } from '../../kernel/duration.js';
import type { Closing } from '../live-messages.js';
import { BlockedClients } from './blocked-clients.js';
import { ClientSessions } from './client-sessions.js';
import { ConnectionBounds } from './connection-bounds.js';
import type { LiveClient } from './live-client.js';
import { LiveConnections } from './live-connections.js';

/** Those of one instance come back spread over this time. */
const COME_BACK_MS = 5 * SECOND_MS;

/** Every live connection of this process, from its handshake to its end. */
@Injectable()
export class LiveClients implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #clients = new Set<LiveClient>();
  readonly #bounds = new ConnectionBounds();
  #isDraining = false;

  constructor(
    private readonly sessions: ClientSessions,
    private readonly blocks: BlockedClients,
    private readonly connections: LiveConnections,
  ) {
    connections.countBy(() => this.#clients.size);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.connections.onCloseUser((userId) => this.sessions.closeUser(userId));
  }

  /** This process ends: its clients go on elsewhere, from where they are. */
  onModuleDestroy(): void {
    this.#isDraining = true;
    for (const client of [...this.#clients]) client.close(drainNotice());
  }

  /**
   * Until it closes, which it does with its session, and when its address is blocked.
   * @throws AppError `live.too_many_connections`; `live.draining` with `retryAfterMs`
   */
  admit(client: LiveClient): void {
    if (this.#isDraining) {
      const { code, detail, retryAfterMs } = drainNotice();
      const retryAfterSeconds = Math.ceil(retryAfterMs / SECOND_MS);
      throw new AppError('unavailable', code, detail, {
        details: { retryAfterMs, retryAfterSeconds },
      });
    }
    this.#bounds.take(client);
    this.#clients.add(client);
    client.onClosed(() => this.#clients.delete(client));
    this.sessions.watch(client);
    this.blocks.watch(client);
  }
}

function drainNotice(): Required<Closing> {
  return {
    code: 'live.draining',
    detail: 'This instance ends. Connect again: another one goes on from the place you are at.',
    retryAfterMs: Math.floor(Math.random() * COME_BACK_MS),
  };
}
