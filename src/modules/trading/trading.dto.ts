import { z } from 'zod';
import { pageQuerySchema } from '../../http/index.js';
import { symbolSchema } from '../market-data/index.js';
import { ORDER_SIDES, ORDER_TYPES } from './orders/order.js';
import { ORDER_STATUSES } from './orders/order-state.js';
import { TRANSITION_REASONS } from './orders/order-transitions.table.js';
import { TIMES_IN_FORCE } from './orders/time-in-force.js';
import { positiveDecimal } from './positive-decimal.js';

export const CLIENT_ORDER_ID = /^[A-Za-z0-9._-]{1,64}$/;

const clientOrderIdSchema = z
  .string()
  .regex(CLIENT_ORDER_ID)
  .describe(
    'your id, unique per account for ever: sent again with the same order, it answers the same',
  );

const orderFields = {
  symbol: symbolSchema,
  side: z.enum(ORDER_SIDES),
  quantity: positiveDecimal(6).describe('shares; of options whole contracts, 100 each'),
  timeInForce: z
    .enum(TIMES_IN_FORCE)
    .default('gtc')
    .describe(
      'gtc: until filled or cancelled; gtd: until expiresAt; day: until the exchange closes next; ioc: what trades at once; fok: all at once or nothing',
    ),
  expiresAt: z.iso.datetime().optional().describe('with gtd, and with no other: within 366 days'),
  client_order_id: clientOrderIdSchema.optional(),
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

/** What stays as it is need not be said. */
export const replaceOrderSchema = z
  .strictObject({
    quantity: positiveDecimal(6).optional().describe('shares, those included that have traded'),
    limitPrice: positiveDecimal(4).optional().describe('USD a share, of a limit order'),
    client_order_id: clientOrderIdSchema.optional().describe('of the order that takes its place'),
  })
  .refine(({ quantity, limitPrice }) => quantity !== undefined || limitPrice !== undefined, {
    error: 'must change the quantity or the limit price',
  });
export type ReplaceOrder = z.output<typeof replaceOrderSchema>;

export const cancelOrdersSchema = z.strictObject({
  symbol: symbolSchema.optional().describe('only orders of it'),
});
export type CancelOrders = z.output<typeof cancelOrdersSchema>;

const decimal = z.string();

export const orderSchema = z.object({
  id: z.uuid(),
  client_order_id: z.string(),
  symbol: z.string(),
  side: z.enum(ORDER_SIDES),
  type: z.enum(ORDER_TYPES),
  quantity: decimal.describe('shares'),
  limitPrice: decimal.nullable().describe('USD a share'),
  // Defaults for events that a process of the release before has published.
  timeInForce: z.enum(TIMES_IN_FORCE).default('gtc'),
  expiresAt: z.iso.datetime().nullable().default(null),
  replaces: z.uuid().nullable().default(null).describe('the order whose place it took'),
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

export const orderTransitionSchema = z.object({
  version: z.number().int().describe('of the order, with this step'),
  from: z.enum(ORDER_STATUSES).nullable(),
  to: z.enum(ORDER_STATUSES),
  reason: z.enum(TRANSITION_REASONS),
  filledQuantity: decimal.describe('shares that had traded with this step'),
  quote: z
    .object({ bid: decimal, ask: decimal, asOf: z.iso.datetime() })
    .nullable()
    .describe('that decided it'),
  at: z.iso.datetime(),
});
export type OrderTransition = z.output<typeof orderTransitionSchema>;

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
  contributed: decimal.describe('put in so far, less what was taken out; starts as startingCash'),
  cash: decimal,
  reservedCash: decimal.describe('held back for working buy orders and for written puts'),
  availableCash: decimal,
  createdAt: z.iso.datetime(),
});
export type Account = z.output<typeof accountSchema>;

export const valuedPositionSchema = z.object({
  symbol: z.string(),
  quantity: decimal.describe('shares; of options those under contract, below zero written'),
  contracts: decimal.optional().describe('of options, and of nothing else: 100 shares each'),
  averageCost: decimal.describe('USD a share'),
  price: decimal
    .nullable()
    .describe('USD a share: the bid, of what is written the ask; null without a quote'),
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
