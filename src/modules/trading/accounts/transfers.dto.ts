import { z } from 'zod';
import { pageQuerySchema } from '../../../http/index.js';
import { LEDGER_BOOKS } from '../ledger/postings.js';
import { LEDGER_ENTRY_KINDS } from '../ledger/ledger.table.js';
import { positiveDecimal } from '../positive-decimal.js';

const decimal = z.string();

export const transferRequestSchema = z.strictObject({
  amount: positiveDecimal(2).describe('USD'),
  client_transfer_id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional()
    .describe(
      'your id, unique per account for ever: sent again with the same transfer, it moves nothing and answers the same',
    ),
});
export type TransferRequest = z.output<typeof transferRequestSchema>;

export const transferSchema = z.object({
  id: z.uuid(),
  kind: z.enum(['deposit', 'withdrawal']),
  client_transfer_id: z.string(),
  amount: decimal.describe('USD'),
  at: z.iso.datetime(),
});
export type Transfer = z.output<typeof transferSchema>;

export const activitySchema = z.object({
  id: z.uuid(),
  seq: z.number().int().describe("the account's entries are numbered from 1 on, without gaps"),
  kind: z.enum(LEDGER_ENTRY_KINDS),
  orderId: z.uuid().nullable(),
  executionId: z.uuid().nullable(),
  corporateActionId: z.uuid().nullable(),
  client_transfer_id: z.string().nullable(),
  at: z.iso.datetime(),
  postings: z
    .array(
      z.object({
        book: z.enum(LEDGER_BOOKS),
        symbol: z.string().nullable().describe('whose shares; null for USD'),
        amount: decimal.describe('what came into the book; below zero it went out'),
      }),
    )
    .describe('sum to zero per currency and symbol'),
});
export type Activity = z.output<typeof activitySchema>;

export const listActivitiesSchema = pageQuerySchema.extend({
  kind: z.enum(LEDGER_ENTRY_KINDS).optional(),
});
export type ListActivities = z.output<typeof listActivitiesSchema>;
