import { z } from 'zod';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { defineJob, defineQueue, extendQueue } from '../../redis/index.js';
import { maintenanceQueue } from '../maintenance/index.js';

export const tradingQueue = defineQueue({
  name: 'trading',
  jobs: {
    /** Make the signal's order, or write down why it cannot be. Safe to run any number of times. */
    'trade-signal': defineJob({
      schema: z.object({ signalId: z.uuid() }),
      timeoutMs: 30 * SECOND_MS,
      recovery: 'source',
    }),
    /** Try to fill the order on the current quote. Safe to run any number of times. */
    'execute-order': defineJob({
      schema: z.object({ orderId: z.uuid() }),
      timeoutMs: 30 * SECOND_MS,
      recovery: 'source',
    }),
    /** Apply it to the accounts that it concerns. Goes on where a run before it ended. */
    'apply-corporate-action': defineJob({
      schema: z.object({ actionId: z.uuid() }),
      timeoutMs: 10 * MINUTE_MS,
      recovery: 'source',
    }),
  },
  attempts: 10,
  backoff: { delayMs: 200, maxDelayMs: 30 * SECOND_MS },
  concurrency: 8,
  rateLimit: null,
  retention: {
    completedMs: DAY_MS,
    completedCount: 10_000,
    failedMs: 7 * DAY_MS,
    failedCount: 10_000,
  },
  priority: 'critical',
});

export const ledgerQueue = extendQueue(maintenanceQueue, {
  /** Hold a batch of accounts against their journals. */
  'verify-ledger': defineJob({
    schema: z.object({
      checkId: z.uuid(),
      /** The last account of the batch before. */
      afterAccountId: z.uuid().optional(),
    }),
    timeoutMs: 5 * MINUTE_MS,
    recovery: 'schedule',
  }),
});
