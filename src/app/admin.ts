import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ActionLog, ProblemDetailsFilter, RequestAuthentication } from '../http/index.js';
import { AppError } from '../kernel/app-error.js';
import type { AuthenticatedRequest } from '../kernel/principal.js';
import { mountQueueDashboard, QueueDashboard } from '../redis/index.js';

export const QUEUE_DASHBOARD_PATH = '/admin/queues';
export const ADMIN_LOGIN_PATH = '/admin/login';

/** The queue dashboard, for admins: it stands beside Nest's routes, behind the same rule. */
export async function mountAdmin(
  app: NestFastifyApplication,
  server: FastifyInstance,
): Promise<void> {
  const authentication = app.get(RequestAuthentication);
  const actions = app.get(ActionLog);
  const problems = app.get(ProblemDetailsFilter);
  await mountQueueDashboard(server, app.get(QueueDashboard), {
    basePath: QUEUE_DASHBOARD_PATH,
    authorize: async (request: FastifyRequest & AuthenticatedRequest, reply) => {
      try {
        const principal = await authentication.authorize(request, {
          kind: 'permission',
          permission: 'queues.manage',
        });
        if (principal === undefined) return false;
        request.principal = principal;
        return true;
      } catch (error) {
        await answerRefusal(error, request, reply, problems);
        return undefined;
      }
    },
    record: async (request: FastifyRequest & AuthenticatedRequest) => {
      if (request.principal === undefined) throw new TypeError('a change of nobody');
      return actions.begin(request, request.principal);
    },
    answerError: (error, request, reply) => problems.answer(error, request, reply),
  });
}

/** A page that is refused: who is not signed in is shown the way in. */
export async function answerRefusal(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  problems: ProblemDetailsFilter,
): Promise<void> {
  if (isUnauthenticatedPage(error, request)) await sendToLogin(request, reply);
  else problems.answer(error, request, reply);
}

/** A person who opens the page is shown the way in; a program gets the error. */
function isUnauthenticatedPage(error: unknown, request: FastifyRequest): boolean {
  if (!(error instanceof AppError) || error.kind !== 'unauthenticated') return false;
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

async function sendToLogin(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await reply.redirect(`${ADMIN_LOGIN_PATH}?next=${encodeURIComponent(request.url)}`, 303);
}
