import { z } from 'zod';
import { DAY_MS, MINUTE_MS } from '../../kernel/duration.js';
import { defineQueue } from '../../redis/index.js';

export const maintenanceQueue = defineQueue({
  name: 'maintenance',
  jobs: {
    /** Removes the finished jobs of a queue that nobody needs any more. */
    'clean-queue': z.object({ queue: z.string().min(1).max(64) }),
    /** Finds keys without an end and gives them one. */
    'expire-stale-keys': z.object({}),
  },
  attempts: 3,
  backoff: { delayMs: 10_000, maxDelayMs: 5 * MINUTE_MS },
  concurrency: 1,
  retention: {
    completedMs: DAY_MS,
    completedCount: 1_000,
    failedMs: 7 * DAY_MS,
    failedCount: 1_000,
  },
  priority: 'low',
});
