import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pageQuerySchema, ProblemDetailsFilter, RequestAuthentication } from '../http/index.js';
import { DevelopmentTransport, renderShownMessages } from '../modules/notifications/index.js';
import { answerRefusal } from './admin.js';

export const ADMIN_OUTBOX_PATH = '/admin/outbox';

/** What channels that are not set up would have sent, as a page for admins; its JSON is a route of its module. */
export function mountAdminOutbox(app: NestFastifyApplication, server: FastifyInstance): void {
  const authentication = app.get(RequestAuthentication);
  const problems = app.get(ProblemDetailsFilter);
  const development = app.get(DevelopmentTransport, { strict: false });
  server.get(ADMIN_OUTBOX_PATH, async (request: FastifyRequest, reply) => {
    try {
      await authentication.authorize(request, { kind: 'permission', permission: 'config.manage' });
      const query = pageQuerySchema.catch({ limit: pageQuerySchema.parse({}).limit });
      const page = await development.list(query.parse(request.query));
      return await reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(renderShownMessages(page));
    } catch (error) {
      await answerRefusal(error, request, reply, problems);
      return reply;
    }
  });
}
