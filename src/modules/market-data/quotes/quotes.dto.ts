import { z } from 'zod';
import { decimal, sourceSchema } from '../market-data.dto.js';
import type { Instrument, Quote, QuoteSource } from './quote.js';

export const instrumentSchema = z.object({
  symbol: z.string(),
  name: z.string(),
  currency: z.literal('USD'),
  assetClass: z.enum(['equity', 'etf', 'option', 'other']),
  fractionable: z.boolean().describe('parts of a share can be ordered, and orders by notional'),
  shortable: z.boolean().describe('it can be sold short, by accounts that may'),
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
  source: sourceSchema,
  barDate: z.string().optional().describe('replay: date of the bar being played'),
}) satisfies z.ZodType<Quote>;

/** Of one symbol among many. */
export interface QuoteError {
  readonly symbol: string;
  /** `market_data.unknown_symbol` */
  readonly code: string;
  readonly detail: string;
}

export interface QuotesAnswer {
  /** In the order that they were asked for, each symbol once. */
  readonly items: readonly Quote[];
  readonly errors: readonly QuoteError[];
  /** Of the oldest quote. */
  readonly asOf: string;
  readonly source: QuoteSource;
}

export const quotesAnswerSchema = z.object({
  items: z.array(quoteSchema).describe('in the order that they were asked for, each symbol once'),
  errors: z.array(z.object({ symbol: z.string(), code: z.string(), detail: z.string() })),
  asOf: z.iso.datetime().describe('of the oldest quote'),
  source: sourceSchema,
}) satisfies z.ZodType<QuotesAnswer>;

export const MAX_QUOTES = 200;

export const quotesQuerySchema = z.strictObject({
  symbols: z
    .string()
    .regex(/[^\s,]/, 'must name a symbol')
    .describe(`symbols in either case, separated by commas; ${MAX_QUOTES} at most`),
});
export type QuotesQuery = z.output<typeof quotesQuerySchema>;
