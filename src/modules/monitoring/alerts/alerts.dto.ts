import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../../../http/index.js';

export const alertSchema = z.object({
  id: z.uuid(),
  kind: z
    .string()
    .describe(
      'redis_connection, redis_memory, cache_hit_rate, cache_link, slow_queries, outbox_failing, queue_backlog:<queue>, queue_stuck:<queue>',
    ),
  message: z.string(),
  value: z.number().nullable().describe('while it is active: as of the last evaluation'),
  threshold: z.number().nullable(),
  state: z.enum(['active', 'resolved']),
  raisedAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().nullable(),
});
export type Alert = z.output<typeof alertSchema>;

export const alertPageSchema = pageOf(alertSchema);

export const listAlertsSchema = pageQuerySchema.extend({
  state: z.enum(['active', 'resolved', 'all']).default('all'),
});
export type ListAlerts = z.output<typeof listAlertsSchema>;
