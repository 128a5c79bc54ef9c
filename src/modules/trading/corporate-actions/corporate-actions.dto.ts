import { z } from 'zod';
import { symbolSchema } from '../../market-data/index.js';
import { positiveDecimal } from '../positive-decimal.js';
import { CORPORATE_ACTION_KINDS, FRACTION_RULES } from './corporate-action.js';

const shares = z.number().int().min(1).max(1_000_000);
const announced = {
  reference: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .describe(
      'your name for it: sent again with the same action it does nothing, and answers the same',
    ),
  symbol: symbolSchema,
};

export const announceActionSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      ...announced,
      kind: z.literal('split'),
      from: shares.describe('out of so many shares'),
      to: shares.describe('come so many'),
      fractions: z
        .enum(FRACTION_RULES)
        .optional()
        .describe(
          'cash: fractions of a share are paid out, the default of a reverse split; keep: they stay as far as they can be traded, the default else',
        ),
      cashInLieuPrice: positiveDecimal(4)
        .optional()
        .describe('USD for a new share; else the last price, divided by the split'),
    })
    .refine(({ from, to }) => from !== to, 'must change the number of shares'),
  z.strictObject({
    ...announced,
    kind: z.literal('dividend'),
    cashPerShare: positiveDecimal(6).describe('USD; who is short pays it'),
  }),
  z
    .strictObject({ ...announced, kind: z.literal('symbol_change'), newSymbol: symbolSchema })
    .refine(({ symbol, newSymbol }) => symbol !== newSymbol, 'must change the symbol'),
]);
export type AnnounceAction = z.output<typeof announceActionSchema>;

const decimal = z.string();

export const corporateActionSchema = z.object({
  id: z.uuid(),
  reference: z.string(),
  kind: z.enum(CORPORATE_ACTION_KINDS),
  symbol: z.string(),
  from: z.number().int().nullable(),
  to: z.number().int().nullable(),
  fractions: z.enum(FRACTION_RULES).nullable(),
  cashInLieuPrice: decimal.nullable().describe('USD'),
  cashPerShare: decimal.nullable().describe('USD'),
  newSymbol: z.string().nullable(),
  accounts: z.number().int().describe('that it concerns'),
  applied: z.number().int().describe('of them: those in which it is done'),
  createdAt: z.iso.datetime(),
  appliedAt: z.iso.datetime().nullable().describe('done in all'),
});
export type CorporateActionView = z.output<typeof corporateActionSchema>;
