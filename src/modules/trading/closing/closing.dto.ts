import { z } from 'zod';
import { symbolSchema } from '../../market-data/index.js';
import { money } from '../../../kernel/money.js';
import { positiveDecimal } from '../positive-decimal.js';
import { CLIENT_ORDER_ID, orderSchema } from '../trading.dto.js';

export const closedSymbolSchema = symbolSchema;

/** So long that `-` and the longest symbol, that of a contract, fit behind it: its orders are ordinary ones. */
const LIQUIDATION_ID = /^[A-Za-z0-9._-]{1,42}$/;

export const closePositionSchema = z
  .strictObject({
    quantity: positiveDecimal(6).optional().describe('shares; left out: all of them'),
    percentage: positiveDecimal(4)
      .refine((text) => money(text).lte(100), 'must be at most 100')
      .optional()
      .describe('of what is held; shares are rounded down to 6 places'),
    client_order_id: z
      .string()
      .regex(CLIENT_ORDER_ID)
      .optional()
      .describe('of the order; sent again, it answers the same'),
  })
  .refine(({ quantity, percentage }) => quantity === undefined || percentage === undefined, {
    error: 'must have at most one of quantity and percentage',
  });
export type ClosePosition = z.output<typeof closePositionSchema>;

export const liquidateSchema = z.strictObject({
  client_order_id: z
    .string()
    .regex(LIQUIDATION_ID)
    .optional()
    .describe('the order of each symbol gets it, with - and the symbol behind'),
});
export type Liquidate = z.output<typeof liquidateSchema>;

export const liquidationSchema = z.object({
  cancelled: z.array(orderSchema).describe('orders that worked before'),
  items: z
    .array(
      z.object({
        symbol: z.string(),
        order: orderSchema.nullable().describe('that closes the position'),
        error: z
          .object({ code: z.string(), detail: z.string() })
          .nullable()
          .describe('why there is none'),
      }),
    )
    .describe('each symbol that was held'),
});
export type Liquidation = z.output<typeof liquidationSchema>;
