import { z } from 'zod';
import { paperEnvironment } from './paper-environment.js';
import { riskEnvironment } from './risk-environment.js';

/** Variables of trading. */
export const tradingEnvironment = {
  TRADING_HOURS: z
    .enum(['always', 'exchange'])
    .default('always')
    .describe(
      'always: the market never sleeps; exchange: orders trade in the sessions of the NYSE',
    ),
  TRADING_MAX_WORKING_ORDERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(200)
    .describe('of an account at once; cancelling them all is one transaction'),
  TRADING_STARTING_CASH: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,2})?$/)
    .default('100000')
    .describe('USD on a new paper account'),
  ...paperEnvironment,
  ...riskEnvironment,
};
