import { z } from 'zod';
import { SYMBOL_PATTERN, type Instrument, type Quote } from './quote.js';

const decimal = z.string().regex(/^\d+(\.\d+)?$/);

/** A symbol in a path: either case in, upper case out. */
export const symbolSchema = z
  .string()
  .regex(SYMBOL_PATTERN, 'must be 1-12 characters: letters, digits, . and -')
  .toUpperCase()
  .describe('symbol of an instrument, in either case');

export const instrumentSchema = z.object({
  symbol: z.string(),
  name: z.string(),
  currency: z.literal('USD'),
  assetClass: z.enum(['equity', 'etf', 'other']),
}) satisfies z.ZodType<Instrument>;

export const quoteSchema = z.object({
  symbol: z.string(),
  bid: decimal.describe('USD that a seller gets'),
  ask: decimal.describe('USD that a buyer pays'),
  last: decimal.describe('USD of the last trade'),
  bidSize: decimal.optional(),
  askSize: decimal.optional(),
  previousClose: decimal.optional(),
  asOf: z.iso
    .datetime()
    .describe('the tick that made these prices; up to 2 s old through the cache'),
  source: z.enum(['simulated', 'replay']),
  barDate: z.string().optional().describe('replay: date of the bar being played'),
}) satisfies z.ZodType<Quote>;
