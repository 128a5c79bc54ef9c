import { SECOND_MS } from '../../kernel/duration.js';
import { defineCache } from '../../redis/index.js';
import type { Quote } from './quote.js';
import { quoteSchema } from './quotes.dto.js';

/** Written through by the feed; `asOf` tells a reader the age. */
export const quoteCache = defineCache<{ readonly symbol: string }, Quote>({
  name: 'market.quote',
  namespace: 'market',
  key: ({ symbol }) => `quote:${symbol}`,
  ttlMs: 2 * SECOND_MS,
  schema: quoteSchema,
});
