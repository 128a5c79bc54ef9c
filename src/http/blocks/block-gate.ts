import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, Gauge } from 'prom-client';
import { MetricsRegistry } from '../metrics-registry.js';
import { ProblemDetailsFilter } from '../problem-details.filter.js';
import { ClientBlocks } from './client-blocks.js';

/**
 * Turns blocked clients away as the first thing that happens to a request, on every address of the server: nothing is
 * read, nobody is signed in, Redis and the database are not asked.
 */
@Injectable()
export class BlockGate {
  readonly #turnedAway = new WeakSet<FastifyRequest>();
  readonly #requests: Counter;

  constructor(
    private readonly blocks: ClientBlocks,
    private readonly problems: ProblemDetailsFilter,
    registry: MetricsRegistry,
  ) {
    this.#requests = new Counter({
      name: 'bourse_blocked_requests_total',
      help: 'Requests of blocked addresses that were turned away',
      registers: [registry],
    });
    new Gauge({
      name: 'bourse_blocked_networks',
      help: 'Blocks of addresses and networks that this process holds to',
      registers: [registry],
      collect() {
        this.set(blocks.count);
      },
    });
  }

  attach(server: FastifyInstance): void {
    server.addHook('onRequest', (request, reply, done) => {
      const block = this.blocks.find(request.ip);
      if (block === undefined) {
        done();
        return;
      }
      this.#turnedAway.add(request);
      this.#requests.inc();
      this.problems.answer(this.blocks.refusal(block), request, reply);
    });
  }

  /** Whoever floods a server should not fill its log as well. */
  hasTurnedAway(request: FastifyRequest): boolean {
    return this.#turnedAway.has(request);
  }
}
