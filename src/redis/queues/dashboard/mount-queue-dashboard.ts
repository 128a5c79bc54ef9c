import { createBullBoard } from '@bull-board/api';
import type { AppControllerRoute } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../kernel/app-error.js';
import { settlesWithin } from '../../../kernel/deadline.js';
import { assertBoardQuery } from './board-query.js';
import { isBelow } from './guarded-path.js';
import { isOffered, isReading } from './offered-calls.js';
import type { QueueDashboard } from './queue-dashboard.js';
import { isEnded, retryAll } from './retry-all.js';

/**
 * Says whether a request may reach the dashboard: `true` lets it pass, `false` refuses it with 403, nothing
 * means "I have answered it myself". An error refuses it too: 401 and 503 for an AppError of these kinds,
 * else 403.
 */
export type DashboardAuthorizer = (
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<boolean | void>;

/**
 * Called before something is changed, once for each such request that may pass; returns what is to be called with the
 * status of its answer. Rejects when it cannot be recorded: then nothing is done.
 */
export type DashboardRecorder = (
  request: FastifyRequest,
) => Promise<(status: number) => Promise<void>>;

export interface QueueDashboardOptions {
  /** `/admin/queues` */
  readonly basePath: string;
  readonly authorize: DashboardAuthorizer;
  readonly record: DashboardRecorder;
  /** Answers what went wrong as a problem, with a code. */
  readonly answerError: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
}

/** An answer that `authorize` says it gave must be out by then. */
const OWN_ANSWER_MS = 2_000;

/**
 * Serves the dashboard below `basePath` of the server itself, beside Nest's routes.
 *
 * Bull-board has no login, and its own middleware would guard its first page alone. So a hook of the root
 * asks first for every request whose address, however it is spelled, or whose matched route lies there:
 * pages, API, static files and what does not exist. Of what changes something it lets pass what is offered alone.
 */
export async function mountQueueDashboard(
  server: FastifyInstance,
  dashboard: Pick<QueueDashboard, 'adapters'>,
  { basePath, authorize, record, answerError }: QueueDashboardOptions,
): Promise<void> {
  const logger = new Logger('QueueDashboard');
  const endings = new WeakMap<FastifyRequest, (status: number) => Promise<void>>();
  const admit = async (request: FastifyRequest, reply: FastifyReply) => {
    try {
      assertBoardQuery(request.query);
    } catch (error) {
      answerError(error, request, reply);
      return reply;
    }
    if (isReading(request.method)) return undefined;
    if (!isOffered(basePath, request.method, routeOf(request))) {
      return refuse(reply, 403, NOT_OFFERED);
    }
    try {
      endings.set(request, await record(request));
      return undefined;
    } catch (error) {
      logger.warn({ message: 'change on the dashboard not recorded, so refused', err: error });
      return refuse(reply, 503, NOT_RECORDED);
    }
  };
  const guard = async (request: FastifyRequest, reply: FastifyReply) => {
    let status = 403;
    try {
      const verdict = await authorize(request, reply);
      if (verdict === true) return await admit(request, reply);
      if (verdict === undefined && (await isAnswered(reply))) return reply;
    } catch (error) {
      status = refusalStatus(error);
      logger.warn({ message: 'queue dashboard refused', status, err: error });
    }
    return refuse(reply, status, REFUSED);
  };
  // Without a promise for all the requests that it does not concern.
  server.addHook('onRequest', (request, reply, done) => {
    const addresses = [request.url, request.originalUrl, routeOf(request)];
    if (addresses.some((address) => isBelow(basePath, address))) return guard(request, reply);
    done();
    return undefined;
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const end = endings.get(request);
    if (end !== undefined) return end(reply.statusCode).then(() => payload);
    done(null, payload);
    return undefined;
  });

  const adapters = dashboard.adapters();
  const board = new RuledBoard().setBasePath(basePath);
  createBullBoard({
    queues: adapters,
    serverAdapter: board,
    options: {
      uiConfig: {
        boardTitle: 'Bourse queues',
        hideDocsLink: true,
        hideRedisDetails: adapters.every((adapter) => adapter.type !== 'bullmq'),
      },
    },
  });
  await server.register(async (scope) => {
    // The board's own tells of any error its message, as a 500, and knows no AppError.
    scope.addHook('onRoute', (route) => {
      route.errorHandler = (error, request, reply) => answerError(error, request, reply);
    });
    scope.addHook('preSerialization', async (_request, _reply, payload) => shownByBoard(payload));
    await scope.register(board.registerPlugin(), { prefix: basePath });
  });
}

const RETRY_ALL = '/api/queues/:queueName/retry/:queueStatus';

class RuledBoard extends FastifyAdapter {
  /** The board's own way ends at the first job that cannot be retried, and at a hundred that fail again. */
  override setApiRoutes(routes: AppControllerRoute[]): FastifyAdapter {
    return super.setApiRoutes(
      routes.map((route) => (route.route === RETRY_ALL ? retryingAll(route) : route)),
    );
  }
}

function retryingAll(route: AppControllerRoute): AppControllerRoute {
  return {
    ...route,
    handler: async (request) => {
      const { queueName, queueStatus } = request?.params ?? {};
      const queue = request?.queues.get(String(queueName));
      if (queue === undefined || !isEnded(queueStatus)) return route.handler(request);
      return { body: await retryAll(queue, queueStatus) };
    },
  };
}

/** Its page shows the member `error` of an answer, and `message` below it, and nothing of one without. */
function shownByBoard(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  if (!('code' in payload && 'title' in payload && 'detail' in payload)) return payload;
  return { ...payload, error: payload.title, message: payload.detail };
}

/** `reply.sent` alone would not do: it is false while hooks of the answer are still at work. */
function isAnswered(reply: FastifyReply): Promise<boolean> {
  const done = new Promise<void>((resolve) => {
    reply.then(resolve, () => resolve());
  });
  return settlesWithin(done, OWN_ANSWER_MS);
}

/** Of what the authorizer did not answer itself. */
function refusalStatus(error: unknown): number {
  if (!(error instanceof AppError)) return 403;
  if (error.kind === 'unauthenticated') return 401;
  return error.kind === 'unavailable' || error.kind === 'timeout' ? 503 : 403;
}

interface Refusal {
  readonly code: string;
  readonly title: string;
}

const REFUSED: Refusal = {
  code: 'queue.dashboard_refused',
  title: 'The queue dashboard is for admins.',
};
const NOT_OFFERED: Refusal = {
  code: 'queue.not_offered',
  title: 'This cannot be changed on the dashboard.',
};
const NOT_RECORDED: Refusal = {
  code: 'audit.unavailable',
  title: 'It cannot be recorded now, so it is not done: try again.',
};

function refuse(reply: FastifyReply, status: number, { code, title }: Refusal): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: `urn:bourse:error:${code}`, title, status, code });
}

/** The pattern that the router matched; empty: none. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? '';
}
