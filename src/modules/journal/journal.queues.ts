import { z } from 'zod';
import { MINUTE_MS } from '../../kernel/duration.js';
import { defineJob, extendQueue } from '../../redis/index.js';
import { analyticsQueue } from '../portfolio/index.js';

export const importsQueue = extendQueue(analyticsQueue, {
  /** Read the uploaded file into the journal, from where an earlier run stopped. Safe to run any number of times. */
  'import-trades': defineJob({
    schema: z.object({ importId: z.uuid() }),
    timeoutMs: 30 * MINUTE_MS,
    recovery: 'source',
  }),
});
