import { z } from 'zod';
import { STATUS_REASONS, type MarketStatus } from './market-status.js';

export const marketStatusSchema = z.object({
  market: z.literal('XNYS').describe('New York Stock Exchange'),
  state: z.enum(['open', 'closed']),
  reason: z.enum(STATUS_REASONS),
  holiday: z.string().nullable(),
  session: z
    .object({
      date: z.string().describe('in New York'),
      opensAt: z.iso.datetime(),
      closesAt: z.iso.datetime(),
      earlyClose: z.boolean(),
    })
    .nullable()
    .describe('of the day in New York'),
  nextOpenAt: z.iso.datetime(),
  nextCloseAt: z.iso.datetime(),
  asOf: z.iso.datetime(),
  source: z.literal('calendar').describe('the rules of the exchange; prices here never rest'),
}) satisfies z.ZodType<MarketStatus>;
