import { Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Busy clients come back within this time and are told to leave; whoever is silent for so long is not in a request. */
const GRACE_MS = 500;
const SWEEP_MS = 50;

/**
 * Lets connections end while requests finish. A client that keeps its connection alive would hold the
 * shutdown up until it feels like leaving: from now on each answer says that it is the last on its
 * connection, and after a grace period what is still idle is closed.
 */
@Injectable()
export class ConnectionDrain implements OnModuleDestroy, BeforeApplicationShutdown {
  #draining = false;
  #server: FastifyInstance | undefined;

  attach(server: FastifyInstance): void {
    this.#server = server;
    server.addHook('onRequest', (_request, reply, done) => {
      if (this.#draining) reply.header('connection', 'close');
      done();
    });
  }

  onModuleDestroy(): void {
    this.#draining = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    const server = this.#server?.server;
    if (!server?.listening) return;
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
    server.closeIdleConnections();
    // And those that finish a long request later.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.once('close', () => clearInterval(sweep));
    sweep.unref();
  }
}
