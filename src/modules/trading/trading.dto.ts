import { z } from 'zod';
import { pageQuerySchema } from '../../http/index.js';
import { symbolSchema } from '../market-data/index.js';
import { ORDER_SIDES, ORDER_TYPES } from './orders/order.js';
import { ORDER_STATUSES } from './orders/order-state.js';
import { positiveDecimal } from './positive-decimal.js';

const orderFields = {
  symbol: symbolSchema,
  side: z.enum(ORDER_SIDES),
  quantity: positiveDecimal(6).describe('shares'),
  client_order_id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional()
    .describe(
      'your id, unique per account for ever: sent again with the same order, it answers the same',
    ),
};

export const placeOrderSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...orderFields, type: z.literal('market') }),
  z.strictObject({
    ...orderFields,
    type: z.literal('limit'),
    limitPrice: positiveDecimal(4).describe('USD a share'),
  }),
]);
export type PlaceOrder = z.output<typeof placeOrderSchema>;

const decimal = z.string();

export const orderSchema = z.object({
  id: z.uuid(),
  client_order_id: z.string(),
  symbol: z.string(),
  side: z.enum(ORDER_SIDES),
  type: z.enum(ORDER_TYPES),
  quantity: decimal.describe('shares'),
  limitPrice: decimal.nullable().describe('USD a share'),
  status: z.enum(ORDER_STATUSES),
  filledQuantity: decimal.describe('shares'),
  averageFillPrice: decimal.nullable().describe('USD a share'),
  rejectReason: z.string().nullable(),
  version: z
    .number()
    .int()
    .describe('of two live messages about an order, the higher is the later'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Order = z.output<typeof orderSchema>;

export const tradeSchema = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  symbol: z.string(),
  side: z.enum(ORDER_SIDES),
  quantity: decimal.describe('shares'),
  price: decimal.describe('USD a share'),
  quoteAsOf: z.iso.datetime().describe('time of the quote it was filled on'),
  quoteSource: z.string(),
  executedAt: z.iso.datetime(),
});
export type Trade = z.output<typeof tradeSchema>;

export const accountSchema = z.object({
  id: z.uuid(),
  currency: z.literal('USD'),
  startingCash: decimal,
  cash: decimal,
  reservedCash: decimal.describe('held back for working buy orders'),
  availableCash: decimal,
  createdAt: z.iso.datetime(),
});
export type Account = z.output<typeof accountSchema>;

export const valuedPositionSchema = z.object({
  symbol: z.string(),
  quantity: decimal.describe('shares'),
  averageCost: decimal.describe('USD a share'),
  price: decimal
    .nullable()
    .describe('USD a share: the bid, what a sale would get; null without a quote'),
  marketValue: decimal.nullable().describe('USD'),
  unrealizedPnl: decimal.nullable().describe('USD'),
  realizedPnl: decimal.describe('USD'),
  asOf: z.iso.datetime().nullable().describe('time of the quote'),
});
export type ValuedPosition = z.output<typeof valuedPositionSchema>;

export const listOrdersSchema = pageQuerySchema.extend({
  status: z.enum(ORDER_STATUSES).optional(),
  symbol: symbolSchema.optional(),
});
export type ListOrders = z.output<typeof listOrdersSchema>;
