import { z } from 'zod';
import { pageQuerySchema } from '../../../http/index.js';
import { money } from '../../../kernel/money.js';
import { NOT_PRINTABLE, PRINTABLE } from '../../../kernel/printable-text.js';
import { symbolSchema } from '../../market-data/index.js';
import { ORDER_SIDES } from '../orders/order.js';
import { SIGNAL_STATUSES } from './signal-state.js';
import { positiveDecimal } from '../positive-decimal.js';

export const createSignalSchema = z
  .strictObject({
    symbol: symbolSchema,
    side: z.enum(ORDER_SIDES),
    strategy: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .regex(PRINTABLE, NOT_PRINTABLE)
      .describe('what made the signal'),
    confidence: z.number().min(0).max(1),
    modelId: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .regex(PRINTABLE, NOT_PRINTABLE)
      .optional()
      .describe('of the model that made it'),
    quantity: positiveDecimal(6).optional().describe('shares that it suggests'),
    notional: positiveDecimal(2).optional().describe('USD that it suggests, instead'),
    targetPrice: positiveDecimal(4).optional().describe('USD a share'),
    stopPrice: positiveDecimal(4).optional().describe('USD a share'),
    validUntil: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('at most 24 h ahead, and 24 h ahead when it is left out'),
  })
  .refine(({ side, targetPrice, stopPrice }) => isOrdered(side, targetPrice, stopPrice), {
    path: ['stopPrice'],
    error: 'must be below the target of a buy, above the target of a sale',
  })
  .refine(({ quantity, notional }) => quantity === undefined || notional === undefined, {
    path: ['notional'],
    error: 'must not stand beside a quantity',
  });
export type CreateSignal = z.output<typeof createSignalSchema>;

export const signalSchema = z.object({
  id: z.uuid(),
  symbol: z.string(),
  side: z.enum(ORDER_SIDES),
  strategy: z.string(),
  confidence: z.number().describe('from 0 to 1'),
  targetPrice: z.string().nullable().describe('USD a share'),
  stopPrice: z.string().nullable().describe('USD a share'),
  // Defaults for events that a process of the release before has published.
  modelId: z.string().nullable().default(null),
  quantity: z.string().nullable().default(null).describe('shares that it suggests'),
  notional: z.string().nullable().default(null).describe('USD that it suggests, instead'),
  status: z.enum(SIGNAL_STATUSES).default('pending'),
  reason: z.string().nullable().default(null).describe('why it was refused: the code of an error'),
  orderId: z.uuid().nullable().default(null).describe('of the order that it became'),
  validUntil: z.iso.datetime(),
  createdAt: z.iso.datetime(),
});
export type Signal = z.output<typeof signalSchema>;

/** What is left out is as the signal suggests it. */
export const approveSignalSchema = z.strictObject({
  quantity: positiveDecimal(6).optional().describe('shares, in place of what it suggests'),
});
export type ApproveSignal = z.output<typeof approveSignalSchema>;

const usdLimit = positiveDecimal(2).nullable().default(null);

export const autoTradingSchema = z.strictObject({
  enabled: z.boolean().describe('signals become orders by themselves'),
  maxOrderNotional: usdLimit.describe('USD of one order; null: no limit of this kind'),
  maxPositionNotional: usdLimit.describe('USD of one symbol, held and ordered together'),
  maxDailyLoss: usdLimit.describe(
    'USD that may be lost since midnight UTC, with what is not sold yet',
  ),
  maxOpenPositions: z.number().int().min(1).max(1_000).nullable().default(null),
});
export type AutoTradingSettings = z.output<typeof autoTradingSchema>;

export const listSignalsSchema = pageQuerySchema.extend({ symbol: symbolSchema.optional() });
export type ListSignals = z.output<typeof listSignalsSchema>;

function isOrdered(side: 'buy' | 'sell', target?: string, stop?: string): boolean {
  if (target === undefined || stop === undefined) return true;
  return side === 'buy' ? money(stop).lt(target) : money(stop).gt(target);
}
