import { z } from 'zod';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { defineJob, defineQueue } from '../../redis/index.js';

export const mlTrainingQueue = defineQueue({
  name: 'ml-training',
  jobs: {
    /** Train a model. Safe to run any number of times: a training that has ended stays as it is. */
    'train-model': defineJob({
      schema: z.object({ trainingId: z.uuid() }),
      timeoutMs: 30 * MINUTE_MS,
      recovery: 'source',
    }),
  },
  attempts: 3,
  backoff: { delayMs: SECOND_MS, maxDelayMs: MINUTE_MS },
  // Fits are work for a processor, not waiting: two at once would take twice as long each.
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
