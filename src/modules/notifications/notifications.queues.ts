import { z } from 'zod';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { defineJob, defineQueue } from '../../redis/index.js';
import { DELIVERY_CHANNELS } from './delivery-channels.js';

export const notificationsQueue = defineQueue({
  name: 'notifications',
  jobs: {
    /** Send a notification by one channel. Names it alone: address, text and secrets are read when it runs. */
    deliver: defineJob({
      schema: z.object({
        notificationId: z.uuid(),
        channel: z.enum(DELIVERY_CHANNELS),
        target: z.string().max(64),
        urgent: z.boolean().optional(),
      }),
      priorityOf: ({ urgent }) => (urgent === true ? 'high' : undefined),
      timeoutMs: MINUTE_MS,
      recovery: 'schedule',
    }),
    /** As the release before asked for an e-mail. */
    'send-email': defineJob({
      schema: z.object({ notificationId: z.uuid() }),
      timeoutMs: MINUTE_MS,
      recovery: 'schedule',
    }),
  },
  // About an hour in all: long enough for a mail server to restart or an administrator to mend its settings.
  attempts: 15,
  backoff: { delayMs: SECOND_MS, maxDelayMs: 10 * MINUTE_MS },
  concurrency: 4,
  // What a mail server of one's own takes without complaint.
  rateLimit: { max: 50, perMs: SECOND_MS },
  retention: {
    completedMs: DAY_MS,
    completedCount: 10_000,
    failedMs: 7 * DAY_MS,
    failedCount: 10_000,
  },
  priority: 'normal',
});
