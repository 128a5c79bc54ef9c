import { z } from 'zod';
import { pageOf } from '../../../http/index.js';

const usd = z.string().describe('USD, a decimal');

export const statementSchema = z.object({
  id: z.uuid(),
  date: z.iso.date().describe('of the session, in New York'),
  since: z.iso.date().nullable().describe('the session before it that has one; null: the opening'),
  asOf: z.iso.datetime().describe('valued at: soon after the close'),
  openingEquity: usd,
  closingEquity: usd,
  netContributed: usd.describe('deposits less withdrawals'),
  profit: usd.describe('openingEquity + netContributed + profit = closingEquity'),
  realizedPnl: usd.describe('of the profit, what closing lots has won'),
  fees: usd.describe('of the profit, what trades have cost beside their prices'),
  cash: usd,
  positionsValue: usd,
  positions: z.array(
    z.object({
      symbol: z.string(),
      quantity: z.string(),
      marketValue: usd.nullable().describe('null: no quote; it counts at what it cost'),
    }),
  ),
});
export type Statement = z.output<typeof statementSchema>;
export const statementPageSchema = pageOf(statementSchema);
