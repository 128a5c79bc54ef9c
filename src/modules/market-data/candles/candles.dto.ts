import { z } from 'zod';
import { decimal, sourceSchema } from '../market-data.dto.js';
import type { QuoteSource } from '../quotes/quote.js';
import { TIMEFRAMES, type Candle, type Timeframe } from './candle.js';
import { MAX_CANDLES, type CandleBlock } from './candle-range.js';

export const candleSchema = z.object({
  openAt: z.iso.datetime(),
  open: decimal.describe('USD of the first quote'),
  high: decimal,
  low: decimal,
  close: decimal.describe('USD of the latest quote'),
  volume: decimal.describe('units traded'),
  closed: z.boolean().describe('false: the bar is still open, and these are its figures so far'),
}) satisfies z.ZodType<Candle>;

export const candleBlockSchema = z.object({
  timeframe: z.enum(TIMEFRAMES),
  asOf: z.iso.datetime(),
  candles: z.array(candleSchema),
}) satisfies z.ZodType<CandleBlock>;

export interface CandlesAnswer {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly from: string;
  readonly to: string;
  readonly candles: readonly Candle[];
  /** Until when the open bar is told. */
  readonly asOf: string;
  readonly source: QuoteSource;
}

export const candlesAnswerSchema = z.object({
  symbol: z.string(),
  timeframe: z.enum(TIMEFRAMES),
  from: z.iso.datetime(),
  to: z.iso.datetime().describe('bars that open before it'),
  candles: z.array(candleSchema).describe('oldest first'),
  asOf: z.iso
    .datetime()
    .describe(
      'until when an open bar is told: up to 60 s ago, 11 min at most while the provider fails',
    ),
  source: sourceSchema,
}) satisfies z.ZodType<CandlesAnswer>;

/** A date is its first moment in UTC. */
const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => Date.parse(text));

export const candlesQuerySchema = z.strictObject({
  timeframe: z.enum(TIMEFRAMES).default('1d'),
  from: moment
    .optional()
    .describe(`ISO 8601; ${MAX_CANDLES} bars from here to the end at most; 200 when left out`),
  to: moment.optional().describe('ISO 8601; bars that open before it; the present when left out'),
});
export type CandlesQuery = z.output<typeof candlesQuerySchema>;
