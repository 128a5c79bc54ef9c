import { z } from 'zod';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { API_SCOPES } from '../../../kernel/principal.js';
import { defineCache } from '../../../redis/index.js';

const storedKeySchema = z.object({
  id: z.string(),
  userId: z.string(),
  scopes: z.array(z.enum(API_SCOPES)),
  /** ms since 1970; null: until it is revoked. */
  expiresAtMs: z.number().nullable(),
});
export type StoredApiKey = z.output<typeof storedKeySchema>;

/** By the hash of the key: what opens something is in no cache. */
export const apiKeyCache = defineCache<{ readonly hash: string }, StoredApiKey>({
  name: 'auth.api-key',
  namespace: 'users',
  key: ({ hash }) => `api-key:${hash}`,
  ttlMs: MINUTE_MS,
  // What decides on access is asked for anew while nobody could tell that it changed; and no grace, which might give it back.
  strict: true,
  tags: () => [],
  schema: storedKeySchema,
});
