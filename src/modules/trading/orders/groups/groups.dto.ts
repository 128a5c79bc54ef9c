import { z } from 'zod';
import { money } from '../../../../kernel/money.js';
import { positiveDecimal } from '../../positive-decimal.js';
import { ORDER_CLASSES } from './order-class.js';

const takeProfitSchema = z.strictObject({
  limitPrice: positiveDecimal(4).describe('USD a share: a limit order that closes at a profit'),
});
export type TakeProfit = z.output<typeof takeProfitSchema>;

const stopLossSchema = z
  .strictObject({
    stopPrice: positiveDecimal(4)
      .optional()
      .describe('USD a share: closes once the last trade is at or beyond it'),
    limitPrice: positiveDecimal(4)
      .optional()
      .describe('USD a share, with stopPrice: it closes at no worse price then'),
    trailAmount: positiveDecimal(4)
      .optional()
      .describe('in place of stopPrice: USD a share from the best price since it waits'),
    trailPercent: positiveDecimal(2)
      .refine((percent) => money(percent).lt(100), 'must be below 100')
      .optional()
      .describe('the same as a share of that price, per cent'),
  })
  .refine(
    ({ stopPrice, trailAmount, trailPercent }) =>
      [stopPrice, trailAmount, trailPercent].filter((price) => price !== undefined).length === 1,
    { error: 'must have one of stopPrice, trailAmount and trailPercent' },
  )
  .refine(({ stopPrice, limitPrice }) => limitPrice === undefined || stopPrice !== undefined, {
    error: 'limitPrice goes with stopPrice',
  });
export type StopLoss = z.output<typeof stopLossSchema>;

/** What makes an order one of a group. */
export const groupFields = {
  orderClass: z
    .enum(ORDER_CLASSES)
    .optional()
    .describe(
      'bracket: this order buys, or sells short, then takeProfit and stopLoss wait, of which one closes that; oto: one of them; oco: takeProfit and stopLoss of shares that are held, or owed, no entry; simple: without legs',
    ),
  takeProfit: takeProfitSchema.optional().describe('of bracket and oco, or of oto'),
  stopLoss: stopLossSchema.optional().describe('of bracket and oco, or of oto'),
};
