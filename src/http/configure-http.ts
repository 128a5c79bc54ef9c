import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { Correlation } from '../kernel/correlation.js';
import { CORRELATION_HEADER } from './correlation-id.js';

/** Probes and scrapes come every few seconds; their success is not worth a line. */
const QUIET_PATHS = /^\/(health\/|metrics$)/;

/** Hooks and plugins of the server itself, below Nest's routes: headers, cookies, correlation, the request log. */
export async function configureHttp(
  server: FastifyInstance,
  config: Config,
  correlation: Correlation,
): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        // Over plain HTTP on a machine of one's own, upgrading would load nothing at all.
        upgradeInsecureRequests: config.session.cookieSecure ? [] : null,
      },
    },
  });
  await server.register(cookie);
  // Reads nothing by itself: a route that takes files sets its limits and streams them.
  await server.register(multipart, { throwFileSizeLimit: false });

  server.addHook('onRequest', (request, reply, done) => {
    reply.header(CORRELATION_HEADER, request.id);
    done();
  });
  // Here and not in onRequest: reading the body would leave the context that was entered before it.
  server.addHook('preHandler', (request, _reply, done) => {
    correlation.run(request.id, done);
  });

  const logger = new Logger('Http');
  server.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    if (statusCode >= 400 || !QUIET_PATHS.test(request.url)) {
      correlation.run(request.id, () =>
        logger.log({
          message: 'request',
          method: request.method,
          // The route's pattern and the path without its query, which may hold what should not be logged.
          route: request.routeOptions.url ?? 'none',
          path: request.url.split('?', 1)[0],
          statusCode,
          durationMs: Math.round(reply.elapsedTime * 10) / 10,
        }),
      );
    }
    done();
  });
}
