import { Injectable } from '@nestjs/common';
import { ClientBlocks, toProblemDetails } from '../http/index.js';
import { newId } from '../kernel/ids.js';
import type { LiveSocket } from './live-messages.js';

/** What a client has to take the last message and say goodbye; one that reads nothing is not waited for. */
const GOODBYE_MS = 500;

/** Closes the sockets of an address that is blocked, in the moment that this process hears of the block. */
@Injectable()
export class SocketBlocks {
  readonly #sockets = new Set<LiveSocket>();

  constructor(private readonly blocks: ClientBlocks) {
    blocks.onBlocked(() => {
      for (const socket of [...this.#sockets]) this.#closeIfBlocked(socket);
    });
  }

  /** Until it closes. Looks at once: the block may have begun during the handshake. */
  watch(socket: LiveSocket): void {
    this.#sockets.add(socket);
    socket.on('disconnect', () => this.#sockets.delete(socket));
    if (!socket.connected) this.#sockets.delete(socket);
    else this.#closeIfBlocked(socket);
  }

  /** Closes the connection itself, once what was sent had time to arrive. */
  cut(socket: LiveSocket): void {
    const connection = socket.request.socket;
    const timer = setTimeout(() => connection.destroy(), GOODBYE_MS).unref();
    connection.once('close', () => clearTimeout(timer));
  }

  #closeIfBlocked(socket: LiveSocket): void {
    const block = this.blocks.find(socket.data.address);
    if (block === undefined) return;
    const { code, detail } = toProblemDetails(this.blocks.refusal(block), newId());
    socket.emit('closing', { code, detail });
    socket.disconnect(true);
    this.cut(socket);
  }
}
