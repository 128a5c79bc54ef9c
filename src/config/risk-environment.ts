import { z } from 'zod';

/** A decimal in text, above zero. */
const positiveAmount = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,4})?$/, 'must be a decimal, such as 250000.50')
  .refine((text) => /[1-9]/.test(text), 'must be above zero');

/** Variables of what an order must pass before it is accepted. */
export const riskEnvironment = {
  TRADING_MAX_ORDER_QUANTITY: positiveAmount
    .default('1000000')
    .describe('shares of a single order; an operator can set another limit for an account'),
  TRADING_MAX_ORDER_NOTIONAL: positiveAmount
    .default('25000000')
    .describe('USD of a single order; likewise'),
  TRADING_MAX_POSITION_NOTIONAL: positiveAmount
    .default('100000000')
    .describe('USD of one symbol on an account, held and ordered together; likewise'),
  TRADING_PRICE_COLLAR_PERCENT: positiveAmount
    .default('50')
    .describe(
      'how far the limit of a buy may lie above the ask, of a sale below the bid; likewise',
    ),
  TRADING_REFUSE_WASH_TRADES: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .default(true)
    .describe(
      'false: an account may have a buy and a sale at work that could trade with each other',
    ),
};

/** Of accounts that have no limits of their own. Decimals in text. */
export interface RiskSettings {
  readonly maxOrderQuantity: string;
  readonly maxOrderNotional: string;
  readonly maxPositionNotional: string;
  readonly priceCollarPercent: string;
  readonly refusesWashTrades: boolean;
}

export function riskSettings(env: z.output<z.ZodObject<typeof riskEnvironment>>): RiskSettings {
  return {
    maxOrderQuantity: env.TRADING_MAX_ORDER_QUANTITY,
    maxOrderNotional: env.TRADING_MAX_ORDER_NOTIONAL,
    maxPositionNotional: env.TRADING_MAX_POSITION_NOTIONAL,
    priceCollarPercent: env.TRADING_PRICE_COLLAR_PERCENT,
    refusesWashTrades: env.TRADING_REFUSE_WASH_TRADES,
  };
}
