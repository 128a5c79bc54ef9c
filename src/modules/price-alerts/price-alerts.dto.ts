import { z } from 'zod';
import { pageOf } from '../../http/index.js';
import { symbolSchema } from '../market-data/index.js';
import { positiveDecimal } from '../trading/index.js';
import { ALERT_DIRECTIONS } from './alert-direction.js';

const directionSchema = z
  .enum(ALERT_DIRECTIONS)
  .describe('above: the last trade is at the price or over it; below: at it or under');

export const createPriceAlertSchema = z.strictObject({
  symbol: symbolSchema.describe('of a listed instrument, in either case; no contract'),
  direction: directionSchema,
  price: positiveDecimal(4).describe('USD a share'),
});
export type CreatePriceAlert = z.output<typeof createPriceAlertSchema>;

export const priceAlertSchema = z.object({
  id: z.uuid(),
  symbol: z.string(),
  direction: directionSchema,
  price: z.string().describe('USD a share'),
  createdAt: z.iso.datetime(),
  firedAt: z.iso.datetime().nullable().describe('null: it is armed'),
  firedPrice: z.string().nullable().describe('USD a share: the last trade that fired it'),
});
export type PriceAlert = z.output<typeof priceAlertSchema>;

export const priceAlertPageSchema = pageOf(priceAlertSchema);
