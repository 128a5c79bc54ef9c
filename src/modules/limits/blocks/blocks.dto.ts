import { z } from 'zod';
import { pageOf, parseNetwork } from '../../../http/index.js';
import { DAY_MS, MINUTE_MS } from '../../../kernel/duration.js';
import { NOT_PRINTABLE, PRINTABLE } from '../../../kernel/printable-text.js';
import { BLOCK_ACTIONS, BLOCK_SOURCES } from './network-blocks.table.js';

/** A wider block is a mistake: it would shut out a country. */
const WIDEST_PREFIX = { 32: 8, 128: 24 } as const;

const networkSchema = z
  .string()
  .max(64)
  .transform((text, context) => {
    const network = parseNetwork(text.trim());
    if (network === undefined) {
      context.addIssue({ code: 'custom', message: 'must be an IP address or a CIDR range' });
      return z.NEVER;
    }
    if (network.prefix < WIDEST_PREFIX[network.bits]) {
      const widest = WIDEST_PREFIX[network.bits];
      context.addIssue({ code: 'custom', message: `must not be wider than /${widest}` });
      return z.NEVER;
    }
    return network;
  });

const reasonSchema = z.string().trim().min(1).max(500).regex(PRINTABLE, NOT_PRINTABLE);

const read = { network: z.string(), reason: z.string() };
const moment = z.iso.datetime();

export const blockSchema = z.object({
  id: z.uuid(),
  ...read,
  source: z.enum(BLOCK_SOURCES),
  level: z.number().int().describe('blocks for abuse, one upon the other; 0: an administrator’s'),
  createdBy: z.uuid().nullable(),
  createdAt: moment,
  endsAt: moment.nullable().describe('null: until it is lifted'),
});
export type Block = z.output<typeof blockSchema>;
export const blockPageSchema = pageOf(blockSchema);

export const addBlockSchema = z.strictObject({
  network: networkSchema,
  reason: reasonSchema,
  durationMs: z
    .number()
    .int()
    .min(MINUTE_MS)
    .max(365 * DAY_MS)
    .nullable()
    .default(null)
    .describe('null: until it is lifted'),
});
export type AddBlock = z.output<typeof addBlockSchema>;

export const liftBlockSchema = z.strictObject({ reason: reasonSchema });
export type LiftBlock = z.output<typeof liftBlockSchema>;

export const blockChangeSchema = z.object({
  id: z.uuid(),
  ...read,
  action: z.enum(BLOCK_ACTIONS).describe('raised: by the rule, for abuse'),
  changedBy: z.uuid().nullable(),
  changedAt: moment,
  endsAt: moment.nullable(),
});
export type BlockChange = z.output<typeof blockChangeSchema>;
export const blockChangePageSchema = pageOf(blockChangeSchema);
