import { z } from 'zod';
import { isSensibleMoment, pageOf, pageQuerySchema } from '../../../http/index.js';
import { symbolSchema } from '../../market-data/index.js';
import { CLOSING_METHODS } from '../execution/lots.js';

const decimal = z.string();

export const lotSchema = z.object({
  id: z.uuid().describe('of the execution that opened it; what an order names it by'),
  symbol: z.string(),
  quantity: decimal.describe('shares left; below zero they were sold short'),
  cost: decimal.describe(
    'USD that they cost, fees included; below zero what the short sale brought',
  ),
  costPerShare: decimal.describe('USD'),
  openedAt: z.iso.datetime(),
});
export type LotView = z.output<typeof lotSchema>;

export const lotClosureSchema = z.object({
  lotId: z.uuid(),
  executionId: z.uuid().nullable().describe('null: a corporate action paid it out in cash'),
  symbol: z.string(),
  method: z.enum(CLOSING_METHODS),
  quantity: decimal.describe('shares'),
  proceeds: decimal.describe('USD, less fees'),
  cost: decimal.describe('USD, fees included'),
  realizedPnl: decimal.describe('USD'),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime(),
});
export type LotClosureView = z.output<typeof lotClosureSchema>;

const totalSchema = z.object({
  proceeds: decimal.describe('USD'),
  cost: decimal.describe('USD'),
  realizedPnl: decimal.describe('USD'),
});

export const realizedPnlSchema = pageOf(lotClosureSchema).extend({
  total: totalSchema.extend({ symbols: z.number().int() }),
  bySymbol: z
    .array(totalSchema.extend({ symbol: z.string() }))
    .describe('those that won or lost most first; never more than 500'),
});
export type RealizedPnl = z.output<typeof realizedPnlSchema>;

/** A year that the database has, too. */
const closedAtSchema = z.iso
  .datetime()
  .refine((text) => isSensibleMoment(Date.parse(text)), 'must lie between 1900 and 2200');

export const realizedPnlQuerySchema = pageQuerySchema.extend({
  from: closedAtSchema.optional().describe('closed then or later'),
  to: closedAtSchema.optional().describe('closed before'),
  symbol: symbolSchema.optional(),
});
export type RealizedPnlQuery = z.output<typeof realizedPnlQuerySchema>;
