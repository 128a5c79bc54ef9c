import { z } from 'zod';
import { pageOf } from '../../../http/index.js';
import { ACTION_OUTCOMES } from '../../../kernel/admin-actions.js';

export const adminActionSchema = z.object({
  id: z.uuid(),
  actorId: z.uuid().describe('the user who did it'),
  action: z.string().describe('method and route, e.g. POST /api/admin/queues/:queue/pause'),
  target: z.record(z.string(), z.unknown()).describe('what it was done to: names and ids'),
  correlationId: z.string().describe('of the request; log lines and jobs have it too'),
  begunAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  outcome: z
    .enum(ACTION_OUTCOMES)
    .describe('begun: under way, or its process died before it could say how it went'),
  status: z.number().int().nullable().describe('the HTTP status that was answered'),
});
export type AdminActionView = z.output<typeof adminActionSchema>;
export const adminActionPageSchema = pageOf(adminActionSchema);
