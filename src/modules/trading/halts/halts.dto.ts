import { z } from 'zod';
import { NOT_PRINTABLE, PRINTABLE } from '../../../kernel/printable-text.js';
import { symbolSchema } from '../../market-data/index.js';

export const haltParameterSchema = symbolSchema;

export const haltRequestSchema = z.strictObject({
  reason: z.string().trim().min(1).max(200).regex(PRINTABLE, NOT_PRINTABLE),
});
export type HaltRequest = z.output<typeof haltRequestSchema>;

export const haltSchema = z.object({
  symbol: z.string(),
  reason: z.string(),
  haltedAt: z.iso.datetime(),
});
export type Halt = z.output<typeof haltSchema>;

export const haltListSchema = z.object({ items: z.array(haltSchema) });

/** What the sockets are told. */
export const haltChangeSchema = z.object({
  symbol: z.string(),
  halted: z.boolean(),
  reason: z.string().nullable().describe('null: it trades again'),
  at: z.iso.datetime(),
});
export type HaltChange = z.output<typeof haltChangeSchema>;
