import { z } from 'zod';
import { pageQuerySchema } from '../../../http/index.js';
import { money } from '../../../kernel/money.js';
import { NOT_PRINTABLE, PRINTABLE } from '../../../kernel/printable-text.js';
import { symbolSchema } from '../../market-data/index.js';
import { ORDER_SIDES } from '../orders/order.js';
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
  validUntil: z.iso.datetime(),
  createdAt: z.iso.datetime(),
});
export type Signal = z.output<typeof signalSchema>;

export const listSignalsSchema = pageQuerySchema.extend({ symbol: symbolSchema.optional() });
export type ListSignals = z.output<typeof listSignalsSchema>;

function isOrdered(side: 'buy' | 'sell', target?: string, stop?: string): boolean {
  if (target === undefined || stop === undefined) return true;
  return side === 'buy' ? money(stop).lt(target) : money(stop).gt(target);
}
