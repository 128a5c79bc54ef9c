import { z } from 'zod';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { defineJob, defineQueue, defineSchedule } from '../../redis/index.js';

export const marketDataQueue = defineQueue({
  name: 'market-data',
  jobs: {
    /** Fills the caches of all instruments, one after the other. Safe to run any number of times. */
    'warm-caches': defineJob({
      schema: z.object({}),
      timeoutMs: 5 * MINUTE_MS,
      recovery: 'schedule',
    }),
  },
  attempts: 3,
  backoff: { delayMs: SECOND_MS, maxDelayMs: 30 * SECOND_MS },
  concurrency: 2,
  rateLimit: null,
  retention: {
    completedMs: DAY_MS,
    completedCount: 1_000,
    failedMs: 7 * DAY_MS,
    failedCount: 1_000,
  },
  priority: 'low',
});

export const warmCachesSchedule = defineSchedule({
  name: 'market-data.warm-caches',
  description: 'Fills the caches of quotes, bars and indices, so that nobody waits for them.',
  everyMs: 5 * MINUTE_MS,
});
