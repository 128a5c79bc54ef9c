import { z } from 'zod';
import { NOT_PRINTABLE, PRINTABLE } from '../../../kernel/printable-text.js';
import { API_SCOPES } from '../../../kernel/principal.js';
import { passwordTextSchema } from '../password-text.js';

const scopesSchema = z
  .array(z.enum(API_SCOPES))
  .min(1)
  .max(8)
  .transform((scopes) => [...new Set(scopes)]);

export const createApiKeySchema = z.strictObject({
  name: z.string().trim().min(1).max(64).regex(PRINTABLE, NOT_PRINTABLE),
  scopes: scopesSchema.describe(
    'read: what GET shows; trade: orders and whatever else changes something',
  ),
  expiresAt: z.iso.datetime().optional().describe('left out: until it is revoked'),
  currentPassword: passwordTextSchema,
});
export type CreateApiKey = z.output<typeof createApiKeySchema>;

export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(API_SCOPES)),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable().describe('to the minute or so'),
});
export type ApiKey = z.output<typeof apiKeySchema>;

export const createdApiKeySchema = apiKeySchema.extend({
  key: z.string().describe('send it as Authorization: Bearer; not shown again'),
});
export type CreatedApiKey = z.output<typeof createdApiKeySchema>;
