import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { ProcessContext } from '../config/config.module.js';
import {
  answerUnreadableRequest,
  configureHttp,
  correlationIdOf,
  ProblemDetailsFilter,
  refuseOtherUpgrades,
  RequestMetrics,
} from '../http/index.js';
import { LiveAdapter } from '../realtime/index.js';
import { mountAdmin } from './admin.js';
import { mountAdminOutbox } from './admin-outbox.js';
import { AppModule } from './app.module.js';
import { ConnectionDrain } from './connection-drain.js';
import { mountDocs } from './docs.js';
import { NestLogger } from './logger.js';

/** socket.io's own; the live gateway listens there. */
const SOCKET_PATH = '/socket.io/';

/** Slow or idle clients are let go of: no connection is kept for ever. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** The application of one process, initialised and not yet listening. */
export async function createApp(
  context: ProcessContext,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const { config, correlation } = context;
  const problems = new ProblemDetailsFilter();
  const adapter = new FastifyAdapter({
    bodyLimit: config.http.bodyLimitBytes,
    // An empty list trusts nobody: a forged X-Forwarded-For changes nothing.
    trustProxy: [...config.http.trustedProxies],
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    genReqId: correlationIdOf,
    clientErrorHandler: answerUnreadableRequest,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      problems.answer(error, request, reply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(context),
    adapter,
    {
      logger: new NestLogger(logger),
      abortOnError: false,
    },
  );
  const server = adapter.getInstance();
  await configureHttp(app, config, correlation);
  app.get(RequestMetrics).attach(server);
  app.get(ConnectionDrain).attach(server);
  if (config.role !== 'worker') {
    app.useWebSocketAdapter(new LiveAdapter(app, config));
    refuseOtherUpgrades(server.server, SOCKET_PATH);
    await mountAdmin(app, server);
    mountAdminOutbox(app, server);
    mountDocs(app);
  }
  await app.init();
  await server.ready();
  return app;
}
