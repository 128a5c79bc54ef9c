import { z } from 'zod';
import { symbolSchema } from '../market-data/index.js';

/** Longer ones are refused with a code of their own; the body limit ends what is longer still. */
export const MAX_PROMPT_CHARACTERS = 4_000;
export const MAX_SYMBOLS = 10;

/** Line breaks and tabs apart, no control characters, and no broken UTF-16. */
const WRITABLE = /^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u;

export const chatRequestSchema = z.strictObject({
  prompt: z
    .string()
    .trim()
    .min(1)
    .regex(WRITABLE, 'must not hold control characters')
    .describe(`at most ${MAX_PROMPT_CHARACTERS} characters`),
  symbol: symbolSchema.optional().describe('what the question is about'),
  context: z
    .strictObject({
      symbols: z.array(symbolSchema).max(MAX_SYMBOLS).default([]),
      portfolio: z.boolean().default(true).describe('whether the model sees your account'),
    })
    .default({ symbols: [], portfolio: true })
    .describe('what the model is told beside the prompt'),
});
export type ChatRequest = z.output<typeof chatRequestSchema>;

export const figureSchema = z.object({
  name: z.string().describe('"equity", "AAPL.last"'),
  value: z.string(),
  unit: z.enum(['USD', 'units', 'ratio']),
  source: z.string().describe('"portfolio", or the source of the quotes'),
  asOf: z.iso.datetime(),
});
export type Figure = z.output<typeof figureSchema>;

/** As it is cached: without what differs from one asking to the next. */
export const storedAnswerSchema = z.object({
  answer: z.string(),
  model: z.string(),
  offline: z.boolean().describe('true: computed here, by rules; no language model was asked'),
  symbols: z.array(z.string()).describe('whose quotes were given'),
  figures: z.array(figureSchema).describe('the figures it was given or, offline, used'),
  asOf: z.iso.datetime().describe('when it was answered; up to 30 min ago'),
});
export type StoredAnswer = z.output<typeof storedAnswerSchema>;

export const chatAnswerSchema = storedAnswerSchema.extend({
  cached: z.boolean().describe('true: answered before, and costs no quota'),
});
export type ChatAnswer = z.output<typeof chatAnswerSchema>;

export const quotaSchema = z.object({
  limit: z.int().describe('questions in a UTC day'),
  used: z.int(),
  remaining: z.int(),
  resetAt: z.iso.datetime(),
});
export type Quota = z.output<typeof quotaSchema>;
