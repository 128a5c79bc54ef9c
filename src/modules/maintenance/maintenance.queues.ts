import { z } from 'zod';
import { DAY_MS, MINUTE_MS } from '../../kernel/duration.js';
import { defineJob, defineQueue } from '../../redis/index.js';

export const maintenanceQueue = defineQueue({
  name: 'maintenance',
  jobs: {
    /** Removes the finished jobs of a queue that nobody needs any more. */
    'clean-queue': defineJob({
      schema: z.object({ queue: z.string().min(1).max(64) }),
      timeoutMs: 5 * MINUTE_MS,
      recovery: 'schedule',
    }),
    /** Finds keys without an end and gives them one. */
    'expire-stale-keys': defineJob({
      schema: z.object({}),
      timeoutMs: 10 * MINUTE_MS,
      recovery: 'schedule',
    }),
  },
  attempts: 3,
  backoff: { delayMs: 10_000, maxDelayMs: 5 * MINUTE_MS },
  concurrency: 1,
  rateLimit: null,
  retention: {
    completedMs: DAY_MS,
    completedCount: 1_000,
    failedMs: 7 * DAY_MS,
    failedCount: 1_000,
  },
  priority: 'low',
});
