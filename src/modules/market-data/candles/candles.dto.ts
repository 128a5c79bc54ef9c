import { z } from 'zod';
import { TIMEFRAMES, type Candle } from './candle.js';
import type { CandleBlock } from './candle-range.js';

const decimal = z.string().regex(/^\d+(\.\d+)?$/);

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
