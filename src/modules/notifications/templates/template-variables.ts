import { z } from 'zod';
import type { NotificationKind } from '../notification-kinds.js';

/** For programs: ids and figures of what happened. */
export type NotificationData = Readonly<Record<string, string | number | null>>;

const side = z.enum(['buy', 'sell']);
/** A decimal in text, as money and quantities are everywhere. */
const decimal = z.string();
const id = z.string();

const alert = z.object({
  alertId: id,
  alertKind: z.string(),
  message: z.string().default(''),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  raisedAt: z.string(),
});

/**
 * What the templates of each kind are given, and programs find in `data`. Defaults are for what a release before has
 * stored.
 */
export const TEMPLATE_VARIABLES = {
  'order-filled': z.object({
    tradeId: id,
    orderId: id,
    symbol: z.string(),
    side,
    quantity: decimal,
    price: decimal.describe('USD a share'),
  }),
  'order-rejected': z.object({
    orderId: id,
    symbol: z.string(),
    side,
    quantity: decimal,
    rejectReason: z.string().nullable(),
  }),
  'signal-received': z.object({
    signalId: id,
    symbol: z.string(),
    side,
    strategy: z.string(),
    confidence: z.number(),
    validUntil: z.iso.datetime(),
  }),
  'price-alert': z.object({
    alertId: id,
    symbol: z.string(),
    direction: z.enum(['above', 'below']),
    price: decimal.describe('USD a share, as it was asked for'),
    firedPrice: decimal.describe('USD a share: the last trade that reached it'),
    firedAt: z.iso.datetime(),
  }),
  'import-finished': z.object({
    importId: id,
    fileName: z.string(),
    outcome: z.enum(['done', 'failed']),
    imported: z.number(),
    duplicates: z.number(),
    failed: z.number(),
    failureCode: z.string().nullable(),
    failureMessage: z.string().nullable().default(null),
  }),
  'training-finished': z.object({
    modelId: id,
    trainingId: id,
    modelName: z.string(),
    outcome: z.enum(['finished', 'failed', 'cancelled']),
    version: z.number().nullable().default(null),
    accuracy: z.number().nullable().default(null),
    baselineAccuracy: z.number().nullable().default(null),
    failureReason: z.string().nullable().default(null),
  }),
  'alert-raised': alert,
  'alert-resolved': alert,
  'password-changed': z.object({ changedAt: z.iso.datetime(), ip: z.string() }),
  'new-device': z.object({
    sessionId: id.describe('ends it: DELETE /api/auth/sessions/:id'),
    signedInAt: z.iso.datetime(),
    ip: z.string(),
    client: z.string().describe('as it calls itself; may be empty'),
  }),
  digest: z.object({
    count: z.number(),
    titles: z.string().describe('one a line, oldest first'),
  }),
} satisfies Record<NotificationKind, z.ZodType<NotificationData>>;

export type Variables<Kind extends NotificationKind> = z.output<(typeof TEMPLATE_VARIABLES)[Kind]>;
