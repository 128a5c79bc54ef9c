import { z } from 'zod';
import { valuedPositionSchema } from '../trading/index.js';
import { TIMEFRAMES } from './timeframe.js';

const usd = z.string();

export const portfolioSummarySchema = z.object({
  currency: z.literal('USD'),
  cash: usd,
  positionsValue: usd,
  equity: usd.describe('cash and positions'),
  contributed: usd.describe('cash put in so far, less what was taken out'),
  unrealizedPnl: usd,
  realizedPnl: usd,
  totalReturn: z.string().describe('equity against the cash that was put in: "0.05" is 5 %'),
  positions: z.array(valuedPositionSchema),
  unpriced: z.array(z.string()).describe('symbols without a quote: counted at what they cost'),
  asOf: z.iso
    .datetime()
    .describe('when it was computed; up to 10 min ago unless an order was filled since'),
});
export type PortfolioSummary = z.output<typeof portfolioSummarySchema>;

export const timeframeQuerySchema = z.strictObject({
  timeframe: z.enum(TIMEFRAMES).default('1M'),
});
export type TimeframeQuery = z.output<typeof timeframeQuerySchema>;

export const equityHistorySchema = z.object({
  timeframe: z.enum(TIMEFRAMES),
  currency: z.literal('USD'),
  points: z
    .array(
      z.object({
        at: z.iso.datetime(),
        cash: usd,
        positionsValue: usd,
        equity: usd,
        contributed: usd.describe('cash put in by then, less what was taken out'),
      }),
    )
    .describe(
      'oldest first: the last one known when the timeframe begins (of a younger account its opening), those written down since (thinned out to about 1,000), and this moment',
    ),
  asOf: z.iso.datetime().describe('time of the last point'),
});
export type EquityHistory = z.output<typeof equityHistorySchema>;
