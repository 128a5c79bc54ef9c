import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Counts and times every request. Labels are what the server knows, never what a client sends: however many
 * addresses somebody invents, they are one route, `none`.
 */
@Injectable()
export class RequestMetrics {
  readonly #durations: Histogram<'method' | 'route' | 'status'>;

  constructor(registry: MetricsRegistry) {
    this.#durations = new Histogram({
      name: 'bourse_http_request_duration_seconds',
      help: 'Time to answer a request, by pattern of the route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    });
  }

  /** Before any route is added: plugins take over the hooks that there are. */
  attach(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      // It lasts as long as its client likes: that is no time to answer.
      if (isStream(reply)) {
        done();
        return;
      }
      const { method, routeOptions } = request;
      const labels = {
        method: METHODS.has(method) ? method : 'other',
        route: routeOptions.url ?? 'none',
        status: String(reply.statusCode),
      };
      this.#durations.observe(labels, reply.elapsedTime / 1_000);
      done();
    });
  }
}

function isStream(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type')).startsWith('text/event-stream');
}
