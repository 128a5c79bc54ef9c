import { z } from 'zod';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { defineJob, defineQueue, defineSchedule } from '../../redis/index.js';
import { sessionCalendar } from '../market-data/index.js';
import { SLOT_MS } from './timeframe.js';

/** Work on what was traded: nobody waits for it at the moment. Other modules add their jobs with `extendQueue`. */
export const analyticsQueue = defineQueue({
  name: 'analytics',
  jobs: {
    /** Write down what a batch of accounts is worth in this slot. Safe to run any number of times. */
    'record-equity': defineJob({
      schema: z.object({
        slotAt: z.iso.datetime(),
        /** The last account of the batch before. */
        afterAccountId: z.uuid().optional(),
      }),
      timeoutMs: 2 * MINUTE_MS,
      recovery: 'source',
    }),
    /** Write down what a batch of accounts is after a session. Safe to run any number of times. */
    'make-statements': defineJob({
      schema: z.object({
        /** Of the session, in New York. */
        date: z.iso.date(),
        /** Of the round that this batch belongs to: each is made up of jobs of its own. */
        roundId: z.string().max(36).optional(),
        /** The last account of the batch before. */
        afterAccountId: z.uuid().optional(),
      }),
      timeoutMs: 2 * MINUTE_MS,
      recovery: 'source',
    }),
  },
  attempts: 3,
  backoff: { delayMs: 5 * SECOND_MS, maxDelayMs: MINUTE_MS },
  concurrency: 2,
  rateLimit: null,
  retention: {
    completedMs: DAY_MS,
    completedCount: 5_000,
    failedMs: 7 * DAY_MS,
    failedCount: 5_000,
  },
  priority: 'normal',
});

export const refreshSummaries = defineSchedule({
  name: 'portfolio.refresh-summaries',
  description: 'Refreshes the summaries of active accounts and writes down what each is worth.',
  everyMs: SLOT_MS,
});

/** After the close: what traded last is booked by then. */
export const STATEMENTS_AFTER_MS = 30 * MINUTE_MS;

export const dailyStatements = defineSchedule({
  name: 'portfolio.daily-statements',
  description: 'Writes down what each account is after a session of the exchange.',
  calendar: sessionCalendar('close', STATEMENTS_AFTER_MS),
});
