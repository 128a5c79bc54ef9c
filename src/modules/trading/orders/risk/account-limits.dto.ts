import { z } from 'zod';
import { positiveDecimal } from '../../positive-decimal.js';

const limit = positiveDecimal(10).nullable().default(null);

export const accountLimitsSchema = z.strictObject({
  maxOrderQuantity: limit.describe('shares of one order; null: as for everybody'),
  maxOrderNotional: limit.describe('USD of one order'),
  maxPositionNotional: limit.describe('USD of one symbol, held and ordered together'),
  priceCollarPercent: limit.describe('how far a limit may lie through the market'),
});
export type AccountLimits = z.output<typeof accountLimitsSchema>;
