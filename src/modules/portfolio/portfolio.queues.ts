import { DAY_MS, SECOND_MS } from '../../kernel/duration.js';
import { defineQueue } from '../../redis/index.js';

/** Computations on what a user owns and did. Modules add their jobs with `extendQueue`. */
export const analyticsQueue = defineQueue({
  name: 'analytics',
  jobs: {},
  attempts: 5,
  backoff: { delayMs: 500, maxDelayMs: 30 * SECOND_MS },
  concurrency: 2,
  retention: {
    completedMs: DAY_MS,
    completedCount: 10_000,
    failedMs: 7 * DAY_MS,
    failedCount: 10_000,
  },
  priority: 'normal',
});
