import { z } from 'zod';

/** Decimals in text, for money is never a float. */
const usd = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be a decimal, such as 0.005')
  .default('0');
const basisPoints = z
  .string()
  .regex(/^(\d{1,3}(\.\d{1,4})?|1000)$/, 'must be a decimal from 0 to 1000')
  .default('0');

/** Variables of how paper orders trade. */
export const paperEnvironment = {
  TRADING_SEED: z
    .string()
    .min(1)
    .default('bourse')
    .describe('the same seed, orders and ticks make the same paper fills'),
  TRADING_SLIPPAGE_BPS: basisPoints.describe(
    'hundredths of a percent that every paper fill is worse than its quote; a limit still holds',
  ),
  TRADING_SLIPPAGE_SIZE_BPS: basisPoints.describe(
    'more of it for a fill that takes the whole quoted size; for one that takes a part, that part of it',
  ),
  TRADING_SLIPPAGE_RANDOM_BPS: basisPoints.describe(
    'more of it at most, drawn for each order and tick by TRADING_SEED',
  ),
  TRADING_FEE_PER_SHARE: usd.describe('USD that a paper order pays for each share it trades'),
  TRADING_FEE_BPS: basisPoints.describe(
    'hundredths of a percent of what it trades for, beside that',
  ),
  TRADING_FEE_MINIMUM_PER_ORDER: usd.describe('USD that an order pays at least once it trades'),
  TRADING_FEE_SELL_BPS: basisPoints.describe(
    'hundredths of a percent of what a sale brings, beside all that: as regulators take it',
  ),
  TRADING_LATENCY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(0)
    .describe(
      'ms until a paper order first trades, on a tick not before that; 0: on the tick of now',
    ),
  TRADING_STALE_QUOTE_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_147_483_647)
    .default(15_000)
    .describe('ms; nothing trades on an older quote, so it wants to be above MARKET_TICK_MS'),
};

/** How paper orders trade. Decimals in text: USD, and hundredths of a percent. */
export interface PaperSettings {
  readonly seed: string;
  readonly slippageBps: string;
  readonly slippageSizeBps: string;
  readonly slippageRandomBps: string;
  readonly feePerShare: string;
  readonly feeBps: string;
  readonly feeMinimumPerOrder: string;
  readonly feeSellBps: string;
  /** 0: none. */
  readonly latencyMs: number;
  readonly staleQuoteMs: number;
}

export function paperSettings(env: z.output<z.ZodObject<typeof paperEnvironment>>): PaperSettings {
  return {
    seed: env.TRADING_SEED,
    slippageBps: env.TRADING_SLIPPAGE_BPS,
    slippageSizeBps: env.TRADING_SLIPPAGE_SIZE_BPS,
    slippageRandomBps: env.TRADING_SLIPPAGE_RANDOM_BPS,
    feePerShare: env.TRADING_FEE_PER_SHARE,
    feeBps: env.TRADING_FEE_BPS,
    feeMinimumPerOrder: env.TRADING_FEE_MINIMUM_PER_ORDER,
    feeSellBps: env.TRADING_FEE_SELL_BPS,
    latencyMs: env.TRADING_LATENCY_MS,
    staleQuoteMs: env.TRADING_STALE_QUOTE_MS,
  };
}
