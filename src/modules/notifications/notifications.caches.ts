import { MINUTE_MS } from '../../kernel/duration.js';
import { defineCachedQuery, type TableRows } from '../../redis/index.js';
import { storedPreferencesSchema, type Preferences } from './preferences/preferences.dto.js';

interface ByUser extends Readonly<Record<string, unknown>> {
  readonly userId: string;
}

/** All that a change of the user's preferences makes wrong. */
export const preferencesOf = (userId: string): TableRows => ({
  table: 'notification_preferences',
  row: userId,
});

/** Asked for by everything that may be told; most have set none, which is remembered like a choice. */
export const preferencesQuery = defineCachedQuery<ByUser, Preferences>({
  name: 'notifications.preferences',
  namespace: 'users',
  reads: ({ userId }) => [preferencesOf(userId)],
  ttlMs: 10 * MINUTE_MS,
  negativeTtlMs: 10 * MINUTE_MS,
  schema: storedPreferencesSchema,
});
