import { z } from 'zod';
import { pageQuerySchema } from '../../http/index.js';
import { money } from '../../kernel/money.js';
import { symbolSchema } from '../market-data/index.js';
import { GROUP_ROLES, ORDER_CLASSES } from './orders/groups/order-class.js';
import { groupFields } from './orders/groups/groups.dto.js';
import { LOT_METHODS } from './execution/lots.js';
import { ORDER_SIDES, ORDER_TYPES } from './orders/order.js';
import { ORDER_STATUSES } from './orders/order-state.js';
import { TRANSITION_REASONS } from './orders/order-transitions.table.js';
import { TIMES_IN_FORCE } from './orders/time-in-force.js';
import { positiveDecimal } from './positive-decimal.js';

export const CLIENT_ORDER_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** What an order can be called that is told: also what exercises, ends of contracts and margin calls have made. */
export const ORDER_ID_TOLD = /^[A-Za-z0-9._:-]{1,80}$/;

const clientOrderIdSchema = z
  .string()
  .regex(CLIENT_ORDER_ID)
  .describe(
    'your id, unique per account for ever: sent again with the same order, it answers the same',
  );

const namedLotSchema = z.strictObject({
  id: z.uuid(),
  quantity: positiveDecimal(6).describe('shares'),
});
const usdAShare = positiveDecimal(4).describe('USD a share');
const stopPriceSchema = positiveDecimal(4).describe(
  'USD a share: a buy triggers when the last trade is at or above it, a sale at or below',
);

const orderFields = {
  symbol: symbolSchema,
  side: z.enum(ORDER_SIDES),
  quantity: positiveDecimal(6).describe(
    'shares, parts of one where the instrument is fractionable; of options whole contracts, 100 each',
  ),
  timeInForce: z
    .enum(TIMES_IN_FORCE)
    .default('gtc')
    .describe(
      'gtc: until filled or cancelled; gtd: until expiresAt; day: until the exchange closes next; ioc: what trades at once; fok: all at once or nothing; opg, cls: in the opening or closing auction',
    ),
  extendedHours: z
    .boolean()
    .optional()
    .describe('of limit orders, day or gtc: trades also from 4:00 to 20:00 New York'),
  expiresAt: z.iso.datetime().optional().describe('with gtd, and with no other: within 366 days'),
  client_order_id: clientOrderIdSchema.optional(),
  lots: z
    .array(namedLotSchema)
    .min(1)
    .max(100)
    .optional()
    .describe(
      'which lots a sale closes; for what is not named of it, the method of the account decides',
    ),
  ...groupFields,
};

export const placeOrderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...orderFields,
    type: z.literal('market'),
    // Which of both, the service says: it is about the order, and not about its spelling.
    quantity: orderFields.quantity.optional(),
    notional: positiveDecimal(2)
      .optional()
      .describe(
        'USD instead of quantity: a buy spends at most so much beside its fee, a sale brings at most so much',
      ),
  }),
  z
    .strictObject({
      ...orderFields,
      type: z.literal('limit'),
      limitPrice: usdAShare.optional().describe('USD a share; of an oco that of takeProfit'),
    })
    .transform(({ limitPrice, ...order }, context) => {
      const price =
        limitPrice ?? (order.orderClass === 'oco' ? order.takeProfit?.limitPrice : undefined);
      if (price !== undefined) return { ...order, limitPrice: price };
      context.addIssue({ code: 'custom', path: ['limitPrice'], message: 'is missing' });
      return z.NEVER;
    }),
  z.strictObject({ ...orderFields, type: z.literal('stop'), stopPrice: stopPriceSchema }),
  z.strictObject({
    ...orderFields,
    type: z.literal('stop_limit'),
    stopPrice: stopPriceSchema,
    limitPrice: usdAShare,
  }),
  z
    .strictObject({
      ...orderFields,
      type: z.literal('trailing_stop'),
      trailAmount: positiveDecimal(4)
        .optional()
        .describe('USD a share between the best price since it waits and the stop'),
      trailPercent: positiveDecimal(2)
        .refine((percent) => money(percent).lt(100), 'must be below 100')
        .optional()
        .describe('the same as a share of that price, per cent'),
    })
    .refine(
      ({ trailAmount, trailPercent }) =>
        (trailAmount === undefined) !== (trailPercent === undefined),
      { error: 'must have one of trailAmount and trailPercent' },
    ),
]);
export type OrderRequest = z.output<typeof placeOrderSchema>;

/** Of an order by notional `quantity` is an estimate. */
export type PlaceOrder = OrderRequest & { readonly quantity: string; readonly notional?: string };

/** What stays as it is need not be said. */
export const replaceOrderSchema = z
  .strictObject({
    quantity: positiveDecimal(6).optional().describe('shares, those included that have traded'),
    notional: positiveDecimal(2)
      .optional()
      .describe('USD, of an order by notional instead of quantity: what has traded is part of it'),
    limitPrice: positiveDecimal(4).optional().describe('USD a share, of limit and stop_limit'),
    stopPrice: positiveDecimal(4).optional().describe('USD a share, of stop and stop_limit'),
    trail: positiveDecimal(4)
      .optional()
      .describe('of trailing_stop: USD a share or per cent, as it was placed'),
    client_order_id: clientOrderIdSchema.optional().describe('of the order that takes its place'),
  })
  .refine(
    ({ quantity, notional, limitPrice, stopPrice, trail }) =>
      [quantity, notional, limitPrice, stopPrice, trail].some((change) => change !== undefined),
    { error: 'must change the quantity, the notional or a price' },
  );
export type ReplaceOrder = z.output<typeof replaceOrderSchema>;

export const cancelOrdersSchema = z.strictObject({
  symbol: symbolSchema.optional().describe('only orders of it'),
});
export type CancelOrders = z.output<typeof cancelOrdersSchema>;

const decimal = z.string();

const orderView = z.object({
  id: z.uuid(),
  client_order_id: z.string(),
  symbol: z.string(),
  side: z.enum(ORDER_SIDES),
  type: z.enum(ORDER_TYPES),
  quantity: decimal.describe(
    'shares; of an order by notional an estimate until it trades, and then what has traded and what the rest would buy or sell at that price',
  ),
  notional: decimal
    .nullable()
    .default(null)
    .describe('USD that the order is for, instead of a quantity'),
  limitPrice: decimal.nullable().describe('USD a share'),
  // Defaults for events that a process of the release before has published.
  stopPrice: decimal
    .nullable()
    .default(null)
    .describe('USD a share; of a trailing stop as it is now, null until it waits'),
  trailAmount: decimal.nullable().default(null).describe('USD a share'),
  trailPercent: decimal.nullable().default(null),
  waterMark: decimal
    .nullable()
    .default(null)
    .describe('best last trade since a trailing stop waits, USD a share'),
  triggeredAt: z.iso.datetime().nullable().default(null).describe('its stop was reached'),
  timeInForce: z.enum(TIMES_IN_FORCE).default('gtc'),
  extendedHours: z.boolean().default(false),
  worksFrom: z.iso.datetime().nullable().default(null).describe('the auction that it waits for'),
  expiresAt: z.iso.datetime().nullable().default(null),
  replaces: z.uuid().nullable().default(null).describe('the order whose place it took'),
  orderClass: z.enum(ORDER_CLASSES).default('simple'),
  groupId: z.uuid().nullable().default(null).describe('the first order of its group'),
  groupRole: z.enum(GROUP_ROLES).nullable().default(null).describe('what it is in its group'),
  status: z.enum(ORDER_STATUSES),
  filledQuantity: decimal.describe('shares'),
  averageFillPrice: decimal.nullable().describe('USD a share'),
  fees: decimal.default('0').describe('USD that it has cost so far, beside the prices'),
  lots: z.array(namedLotSchema).nullable().default(null).describe('that it is to close'),
  rejectReason: z.string().nullable(),
  version: z
    .number()
    .int()
    .describe('of two live messages about an order, the higher is the later'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

export const orderSchema = orderView.extend({
  legs: z
    .array(orderView)
    .nullable()
    .default(null)
    .describe(
      'of the order that a group was placed as, in the answers to placing and reading it: those that are its legs now',
    ),
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
  // Defaults for events that a process of the release before has published.
  fee: decimal.default('0').describe('USD, beside the price'),
  rule: z.enum(ORDER_TYPES).default('market').describe('the kind of order that the quote filled'),
  sequence: z
    .number()
    .int()
    .default(0)
    .describe('of its entry in the journal of the account: the order in which its fills happened'),
  slippage: decimal
    .default('0')
    .describe('USD a share that the price is worse than the ask (a buy) or the bid (a sale)'),
  quote: z
    .object({
      bid: decimal,
      ask: decimal,
      bidSize: decimal.nullable().describe('shares'),
      askSize: decimal.nullable().describe('shares'),
    })
    .nullable()
    .default(null)
    .describe('it was filled on; null of trades from before it was kept'),
  executedAt: z.iso.datetime(),
});
export type Trade = z.output<typeof tradeSchema>;

export const orderTransitionSchema = z.object({
  version: z.number().int().describe('of the order, with this step'),
  from: z.enum(ORDER_STATUSES).nullable(),
  to: z.enum(ORDER_STATUSES),
  reason: z.enum(TRANSITION_REASONS),
  filledQuantity: decimal.describe('shares that had traded with this step'),
  quote: z
    .object({ bid: decimal, ask: decimal, last: decimal.nullable(), asOf: z.iso.datetime() })
    .nullable()
    .describe('that decided it'),
  trade: tradeSchema.nullable().describe('the fill that it is'),
  at: z.iso.datetime(),
});
export type OrderTransition = z.output<typeof orderTransitionSchema>;

export const accountSchema = z.object({
  id: z.uuid(),
  currency: z.literal('USD'),
  startingCash: decimal,
  contributed: decimal.describe('put in so far, less what was taken out; starts as startingCash'),
  cash: decimal,
  reservedCash: decimal.describe('held back for working buy orders and for written puts'),
  feesPaid: decimal
    .default('0')
    .describe('USD that trades have cost so far, beside their prices: taken off the cash already'),
  collateral: decimal
    .default('0')
    .describe('USD behind short positions: what the sales brought, and their margin'),
  availableCash: decimal,
  lotMethod: z.enum(LOT_METHODS).describe('which lots a sale closes, where it names none'),
  shortSelling: z.boolean().default(false).describe('it may sell what it does not hold'),
  createdAt: z.iso.datetime(),
});
export type Account = z.output<typeof accountSchema>;

export const valuedPositionSchema = z.object({
  symbol: z.string(),
  quantity: decimal.describe(
    'shares; below zero sold short; of options those under contract, below zero written',
  ),
  contracts: decimal.optional().describe('of options, and of nothing else: 100 shares each'),
  collateral: decimal.optional().describe('of what is sold short: USD that stand behind it'),
  averageCost: decimal.describe('USD a share that the open lots cost, fees included'),
  price: decimal
    .nullable()
    .describe(
      'USD a share: the bid, of what is written or sold short the ask; null without a quote',
    ),
  marketValue: decimal.nullable().describe('USD'),
  unrealizedPnl: decimal.nullable().describe('USD'),
  realizedPnl: decimal.describe('USD that closing lots has won'),
  asOf: z.iso.datetime().nullable().describe('time of the quote'),
});
export type ValuedPosition = z.output<typeof valuedPositionSchema>;

export const listOrdersSchema = pageQuerySchema.extend({
  status: z.enum(ORDER_STATUSES).optional(),
  symbol: symbolSchema.optional(),
});
export type ListOrders = z.output<typeof listOrdersSchema>;
