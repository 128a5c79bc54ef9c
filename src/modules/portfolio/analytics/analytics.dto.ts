import { z } from 'zod';
import { TIMEFRAMES } from '../timeframe.js';

const usd = z.string();
const ratio = z.number();

/** By figure that is null: what it would need. */
const reasons = z
  .record(z.string(), z.string())
  .describe('why a figure is null, by the name of the figure');

export const performanceSchema = z.object({
  timeframe: z.enum(TIMEFRAMES),
  from: z.iso.datetime().describe('time of the equity that it is measured against'),
  asOf: z.iso.datetime().describe('when it was computed; up to 30 min ago unless traded since'),
  startEquity: usd,
  endEquity: usd,
  profit: usd.describe('what the equity changed by'),
  totalReturn: ratio
    .nullable()
    .describe(
      'time-weighted: what a dollar gained that was there all along, whatever was put in or taken out; 0.05 is 5 %',
    ),
  dailyReturns: z
    .number()
    .int()
    .describe('trading days (weekdays in UTC) that the next figures are made of'),
  cagr: ratio.nullable().describe('compound annual growth rate, 252 days a year'),
  volatility: ratio.nullable().describe('a year'),
  sharpe: ratio.nullable().describe('a year, without a risk-free rate'),
  sortino: ratio.nullable().describe('a year, without a required return'),
  maxDrawdown: ratio.describe('from −1 to 0, between the ends of days'),
  closedTrades: z.number().int().describe('sales since from'),
  winRate: ratio.nullable().describe('share of the closed trades that won: 0 to 1'),
  profitFactor: ratio.nullable().describe('gross profit over gross loss'),
  grossProfit: usd,
  grossLoss: usd.describe('positive'),
  realizedPnl: usd.describe('of the closed trades'),
  reasons,
});
export type Performance = z.output<typeof performanceSchema>;

const tailSchema = z.object({
  confidence: ratio,
  dailyReturn: ratio.nullable().describe('a loss is below zero'),
  amount: usd.nullable().describe('USD of the equity now; a loss is below zero'),
});

export const riskSchema = z.object({
  asOf: z.iso.datetime().describe('when it was computed; up to 10 min ago unless traded since'),
  equity: usd,
  dailyReturns: z
    .number()
    .int()
    .describe('trading days (weekdays in UTC) of the last year that the next figures are made of'),
  volatility: ratio.nullable().describe('a year'),
  maxDrawdown: ratio.describe('from −1 to 0, between the ends of days'),
  valueAtRisk: tailSchema.describe(
    'historical: what all but the worst 5 % of days did better than',
  ),
  expectedShortfall: tailSchema.describe('historical: the mean of the worst 5 % of days'),
  exposure: z.object({
    amount: usd.describe('gross: worth of all long positions and of all short ones, added up'),
    share: ratio.nullable().describe('of the equity; above 1 with more than the account is worth'),
    net: usd.describe('worth of all long positions less that of all short ones'),
  }),
  concentration: z.object({
    weights: z
      .array(z.object({ symbol: z.string(), share: ratio }))
      .describe('of the gross exposure, largest first; below zero: a short position'),
    herfindahl: ratio
      .nullable()
      .describe('sum of the squared shares: 1 for a single position, 1/n for n equal ones'),
  }),
  unpriced: z.array(z.string()).describe('symbols without a quote: counted at what they cost'),
  reasons,
});
export type Risk = z.output<typeof riskSchema>;
