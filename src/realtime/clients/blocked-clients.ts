import { Injectable } from '@nestjs/common';
import { ClientBlocks, toProblemDetails } from '../../http/index.js';
import { newId } from '../../kernel/ids.js';
import type { LiveClient } from './live-client.js';

/** Closes the connections of an address that is blocked, in the moment that this process hears of the block. */
@Injectable()
export class BlockedClients {
  readonly #clients = new Set<LiveClient>();

  constructor(private readonly blocks: ClientBlocks) {
    blocks.onBlocked(() => {
      for (const client of [...this.#clients]) this.#closeIfBlocked(client);
    });
  }

  /** Until it closes. Looks at once: the block may have begun during the handshake. */
  watch(client: LiveClient): void {
    this.#clients.add(client);
    client.onClosed(() => this.#clients.delete(client));
    this.#closeIfBlocked(client);
  }

  #closeIfBlocked(client: LiveClient): void {
    const block = this.blocks.find(client.address);
    if (block === undefined) return;
    const { code, detail } = toProblemDetails(this.blocks.refusal(block), newId());
    client.close({ code, detail });
  }
}
