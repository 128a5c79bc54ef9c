import { z } from 'zod';
import { SYMBOL_PATTERN, type QuoteSource } from './quotes/quote.js';

/** A number above or at zero, in text. */
export const decimal = z.string().regex(/^\d+(\.\d+)?$/);
export const signedDecimal = z.string().regex(/^-?\d+(\.\d+)?$/);

export const sourceSchema = z
  .enum(['simulated', 'replay'])
  .describe('simulated: a random market; replay: recorded bars') satisfies z.ZodType<QuoteSource>;

/** A symbol in a path: either case in, upper case out. */
export const symbolSchema = z
  .string()
  .regex(SYMBOL_PATTERN, 'must be 1-21 characters: letters, digits, . and -')
  .toUpperCase()
  .describe('symbol of an instrument or a contract (AAPL271217C00150000), in either case');
