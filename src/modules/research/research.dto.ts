import { z } from 'zod';
import { pageQuerySchema } from '../../http/index.js';
import { NOT_PRINTABLE, PRINTABLE } from '../../kernel/printable-text.js';

const amount = z
  .string()
  .regex(/^-?\d{1,15}(\.\d{1,4})?$/, 'must be a decimal in text: "1200", "-0.5"');
export const printableText = (max: number) =>
  z.string().trim().min(1).max(max).regex(PRINTABLE, NOT_PRINTABLE);

export const QUARTER_PATTERN = /^(19|20)\d{2}-Q[1-4]$/;
export const YEAR_PATTERN = /^(19|20)\d{2}$/;

/** Amounts in whole units of the company's currency; flows of the period, balances at its end. */
export const statementSchema = z.strictObject({
  period: z.string().describe('"2025" or "2025-Q3"'),
  endsOn: z.iso.date().describe('last day of the period'),
  reportedOn: z.iso.date().describe('when it became known'),
  income: z.strictObject({
    revenue: amount,
    costOfRevenue: amount,
    grossProfit: amount.describe('revenue − costOfRevenue'),
    operatingExpenses: amount,
    operatingIncome: amount.describe('grossProfit − operatingExpenses'),
    otherIncome: amount.describe('interest and all else before tax, net'),
    pretaxIncome: amount.describe('operatingIncome + otherIncome'),
    incomeTax: amount,
    netIncome: amount.describe('pretaxIncome − incomeTax'),
  }),
  balance: z.strictObject({
    cash: amount,
    otherCurrentAssets: amount,
    nonCurrentAssets: amount,
    totalAssets: amount.describe('the three above'),
    currentLiabilities: amount,
    longTermDebt: amount,
    otherLiabilities: amount,
    totalLiabilities: amount.describe('the three above'),
    totalEquity: amount.describe('totalAssets − totalLiabilities'),
  }),
  cashFlow: z.strictObject({
    operating: amount,
    capitalExpenditure: amount.describe('what was spent, above zero; part of investing'),
    freeCashFlow: amount.describe('operating − capitalExpenditure'),
    investing: amount,
    financing: amount,
    netChange: amount.describe('operating + investing + financing'),
  }),
  dilutedShares: amount.describe('average number in the period'),
});
export type Statement = z.output<typeof statementSchema>;

export const NEWS_CATEGORIES = [
  'company',
  'earnings',
  'markets',
  'products',
  'regulation',
] as const;
export const newsCategorySchema = z.enum(NEWS_CATEGORIES);
export type NewsCategory = z.output<typeof newsCategorySchema>;

export const storySchema = z.strictObject({
  publishedAt: z.iso.datetime(),
  category: newsCategorySchema,
  headline: printableText(200),
  summary: printableText(2_000),
  publisher: printableText(80),
  url: z
    .url({ protocol: /^https$/ })
    .max(500)
    .optional(),
});
export const newsItemSchema = storySchema.extend({ id: z.uuid() });
export type NewsItem = z.output<typeof newsItemSchema>;

/** How a research file and every answer made of it says where it is from. */
export const provenanceSchema = z.object({
  source: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,39}$/)
    .describe('whose data it is; "sample" is invented'),
  note: printableText(500).nullable().describe('what a reader must know about the data'),
  asOf: z.iso.datetime().describe('the state of the data'),
});
export const financialsQuerySchema = z
  .strictObject({
    period: z.enum(['annual', 'quarterly']).optional(),
    quarter: z
      .string()
      .regex(QUARTER_PATTERN, 'must be a year and a quarter: 2025-Q3')
      .optional()
      .describe('one quarter: 2025-Q3; unset: all'),
  })
  .refine(({ period, quarter }) => quarter === undefined || period !== 'annual', {
    path: ['quarter'],
    message: 'goes with period=quarterly',
  })
  .transform(({ period, quarter }) => ({
    period: period ?? (quarter === undefined ? ('annual' as const) : ('quarterly' as const)),
    quarter,
  }));
export type FinancialsQuery = z.output<typeof financialsQuerySchema>;

export const newsQuerySchema = pageQuerySchema.extend({
  category: newsCategorySchema.optional().describe('unset: all'),
});
export type NewsQuery = z.output<typeof newsQuerySchema>;

export const financialsSchema = provenanceSchema.extend({
  symbol: z.string(),
  name: z.string(),
  currency: z.string(),
  period: z.enum(['annual', 'quarterly']),
  quarter: z.string().nullable(),
  statements: z
    .array(
      statementSchema.extend({
        dilutedEps: z.string().nullable().describe('netIncome / dilutedShares, four decimals'),
      }),
    )
    .describe('newest first'),
});
export type Financials = z.output<typeof financialsSchema>;

export const companyNewsSchema = provenanceSchema.extend({
  symbol: z.string(),
  category: newsCategorySchema.nullable(),
  items: z.array(newsItemSchema).describe('newest first'),
});
export type News = z.output<typeof companyNewsSchema>;

export const newsPageSchema = companyNewsSchema.extend({ nextCursor: z.string().nullable() });
export type NewsPage = z.output<typeof newsPageSchema>;
