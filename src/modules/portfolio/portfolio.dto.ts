import { z } from 'zod';
import { valuedPositionSchema } from '../trading/index.js';

const usd = z.string();

export const portfolioSummarySchema = z.object({
  currency: z.literal('USD'),
  cash: usd,
  positionsValue: usd,
  equity: usd.describe('cash and positions'),
  unrealizedPnl: usd,
  realizedPnl: usd,
  totalReturn: z.string().describe('equity against the starting cash: "0.05" is 5 %'),
  positions: z.array(valuedPositionSchema),
  unpriced: z.array(z.string()).describe('symbols without a quote: counted at what they cost'),
  asOf: z.iso
    .datetime()
    .describe('when it was computed; up to 10 min ago unless an order was filled since'),
});
export type PortfolioSummary = z.output<typeof portfolioSummarySchema>;
