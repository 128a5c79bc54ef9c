import { MINUTE_MS } from '../../kernel/duration.js';
import { byUser, defineCache } from '../../redis/index.js';
import { topTradesSchema, type TopTrades, type TopTradesQuery } from './journal.dto.js';

/** On everything that a trade more or less in the user's journal makes wrong. */
export const journalTag = (userId: string) => `journal:${userId}`;

export const topTradesCache = defineCache<TopTradesQuery & { readonly userId: string }, TopTrades>({
  name: 'journal.top-trades',
  namespace: 'analytics',
  key: ({ userId, by, currency, limit }) =>
    `${userId}:trades:top-${by}:${currency ?? 'any'}:${limit}`,
  ttlMs: 5 * MINUTE_MS,
  tags: ({ userId }) => [byUser(userId), journalTag(userId)],
  schema: topTradesSchema,
});
