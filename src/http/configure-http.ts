import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { Correlation } from '../kernel/correlation.js';
import { BlockGate } from './blocks/block-gate.js';
import { forwardedAddress, networksOf } from './blocks/forwarded-address.js';
import { CORRELATION_HEADER } from './correlation-id.js';
import { readEmptyJsonAsNone } from './json-body.js';
import { loggedPath } from './logged-path.js';
import { securityHeaders } from './security-headers.js';

/** Probes and scrapes come every few seconds; their success is not worth a line. */
const QUIET_PATHS = /^\/(health\/|metrics$)/;

/** Hooks and plugins of the server itself, below Nest's routes: headers, cookies, bodies, correlation, the request log. */
export async function configureHttp(
  app: NestFastifyApplication,
  config: Config,
  correlation: Correlation,
): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  const gate = app.get(BlockGate);
  nameClients(server, config);
  // Before all others: nothing is done for who is blocked.
  gate.attach(server);
  const headers = securityHeaders(config.session.cookieSecure);
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header(CORRELATION_HEADER, request.id);
    done();
  });
  readEmptyJsonAsNone(app);
  await server.register(cookie);
  // Reads nothing by itself: a route that takes files sets its limits and streams them.
  await server.register(multipart, { throwFileSizeLimit: false });

  // Here and not in onRequest: reading the body would leave the context that was entered before it.
  server.addHook('preHandler', (request, _reply, done) => {
    correlation.run(request.id, done);
  });

  const logger = new Logger('Http');
  server.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    const isQuiet = statusCode < 400 ? QUIET_PATHS.test(request.url) : gate.hasTurnedAway(request);
    if (!isQuiet) {
      correlation.run(request.id, () =>
        logger.log({
          message: 'request',
          method: request.method,
          // The route's pattern and the path without its query, which may hold what should not be logged.
          route: request.routeOptions.url ?? 'none',
          path: loggedPath(request.url),
          statusCode,
          durationMs: Math.round(reply.elapsedTime * 10) / 10,
        }),
      );
    }
    done();
  });
}

/**
 * Gives requests the address that sockets are given as well. Fastify takes what a proxy names as it is, with a port or no
 * address at all: with a port, each connection of a client would be a client of its own.
 */
function nameClients(server: FastifyInstance, { http }: Config): void {
  if (http.trustedProxies.length === 0) return;
  const proxies = networksOf(http.trustedProxies);
  server.addHook('onRequest', (request, _reply, done) => {
    const peer = request.raw.socket.remoteAddress ?? '';
    const value = forwardedAddress(peer, request.headers['x-forwarded-for'], proxies);
    Object.defineProperty(request, 'ip', { value });
    done();
  });
}
