import { z } from 'zod';
import { RUN_OUTCOMES } from './run-outcome.js';

export const scheduleSchema = z.object({
  name: z.string(),
  description: z.string(),
  everyMs: z
    .number()
    .nullable()
    .describe('runs on the multiples of it since 1970 (UTC); null: by a calendar'),
  calendar: z.string().nullable().describe('when it runs, in words; null: at a pace'),
  running: z.boolean(),
  runningOn: z.string().nullable().describe('host/process; null: it does not run'),
  nextRunAt: z.iso
    .datetime()
    .describe('the next due time; before it, where the last run failed and is repeated'),
  lastRun: z
    .object({
      startedAt: z.iso.datetime(),
      finishedAt: z.iso.datetime(),
      durationMs: z.number(),
      outcome: z.enum(RUN_OUTCOMES),
      result: z.unknown().describe('what the run says of itself'),
      error: z.string().nullable(),
      instance: z.string().describe('host/process'),
    })
    .nullable()
    .describe('the last one that ended; null: there was none yet'),
});
export type ScheduleView = z.output<typeof scheduleSchema>;

export const scheduleListSchema = z.object({ items: z.array(scheduleSchema) });

export const runRequestedSchema = z.object({
  name: z.string(),
  requestedAt: z.iso.datetime(),
});
export type RunRequested = z.output<typeof runRequestedSchema>;
