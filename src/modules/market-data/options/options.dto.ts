import { z } from 'zod';
import { decimal, signedDecimal, sourceSchema } from '../market-data.dto.js';
import type { OptionChain, PricedOption } from './option-chain.js';

const pricedOptionSchema = z.object({
  symbol: z.string().nullable().describe('of the contract: what it is quoted and ordered by'),
  price: decimal.describe('USD a unit of the underlying: by the model'),
  bid: decimal.describe('USD a unit that a seller gets; zero: nobody bids'),
  ask: decimal.describe('USD a unit that a buyer pays'),
  bidSize: decimal.optional().describe('units of the underlying: 100 are one contract'),
  askSize: decimal.optional().describe('units of the underlying: 100 are one contract'),
  delta: signedDecimal,
  gamma: signedDecimal,
  theta: signedDecimal.describe('of a calendar day'),
  vega: signedDecimal.describe('of one point of volatility'),
  rho: signedDecimal.describe('of one point of the rate'),
}) satisfies z.ZodType<PricedOption>;

export const optionChainSchema = z.object({
  symbol: z.string(),
  expiry: z.string().describe('date in New York'),
  expiries: z.array(z.string()).describe('all that can be asked for'),
  expiresAt: z.iso.datetime().describe('close of the session of the expiry'),
  spot: decimal.describe('USD: the middle of bid and ask'),
  model: z.literal('black-scholes').describe('European options, without dividends'),
  volatility: decimal.describe('annual, a fraction: that of the provider'),
  riskFreeRate: decimal.describe('annual, continuously compounded, a fraction: an assumption'),
  strikes: z.array(
    z.object({ strike: decimal, call: pricedOptionSchema, put: pricedOptionSchema }),
  ),
  asOf: z.iso.datetime(),
  source: sourceSchema,
}) satisfies z.ZodType<OptionChain>;

export const optionsQuerySchema = z.strictObject({
  expiry: z.iso.date().optional().describe('one of the expiries listed; the nearest when left out'),
});
export type OptionsQuery = z.output<typeof optionsQuerySchema>;
