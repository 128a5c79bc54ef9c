import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

const SWEEP_MS = 50;

/**
 * Lets connections end while requests finish. A client that keeps its connection alive would hold the
 * shutdown up until it feels like leaving; from now on each answer says that it is the last on its connection.
 */
@Injectable()
export class ConnectionDrain implements BeforeApplicationShutdown {
  #draining = false;
  #server: FastifyInstance | undefined;

  attach(server: FastifyInstance): void {
    this.#server = server;
    server.addHook('onRequest', (_request, reply, done) => {
      if (this.#draining) reply.header('connection', 'close');
      done();
    });
  }

  beforeApplicationShutdown(): void {
    this.#draining = true;
    const server = this.#server?.server;
    if (!server) return;
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.once('close', () => clearInterval(sweep));
    sweep.unref();
  }
}
