import { z } from 'zod';
import { instrumentSchema } from '../quotes/quotes.dto.js';
import type { Instrument } from '../quotes/quote.js';

export interface SearchAnswer {
  readonly query: string;
  readonly items: readonly Instrument[];
  readonly asOf: string;
  readonly source: 'instruments';
}

export const searchAnswerSchema = z.object({
  query: z.string().describe('as it was understood: in capitals'),
  items: z.array(instrumentSchema).describe('the best first, twenty at most'),
  asOf: z.iso.datetime(),
  source: z.literal('instruments').describe('the list of instruments'),
}) satisfies z.ZodType<SearchAnswer>;

export const searchQuerySchema = z.strictObject({
  q: z
    .string()
    .max(64)
    .regex(/\S/, 'must hold something to look for')
    .describe('part of a symbol or a name'),
});
export type SearchQuery = z.output<typeof searchQuerySchema>;
