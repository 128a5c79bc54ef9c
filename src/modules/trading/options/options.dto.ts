import { z } from 'zod';
import { positiveDecimal } from '../positive-decimal.js';
import { CLIENT_ORDER_ID, orderSchema } from '../trading.dto.js';

export const exerciseRequestSchema = z.strictObject({
  quantity: positiveDecimal(6)
    .optional()
    .describe('shares under contract, 100 a contract; all that no order holds back when left out'),
  client_order_id: z
    .string()
    .regex(CLIENT_ORDER_ID)
    .optional()
    .describe(
      'your id, unique among the exercises of your account for ever: sent again with the same exercise, it answers the same',
    ),
});
export type ExerciseRequest = z.output<typeof exerciseRequestSchema>;

export const exerciseSchema = z.object({
  contract: orderSchema.describe('the trade that closes the contract, at what it cost'),
  shares: orderSchema.describe('the trade of the shares: at the strike, with that cost'),
});
export type Exercise = z.output<typeof exerciseSchema>;
