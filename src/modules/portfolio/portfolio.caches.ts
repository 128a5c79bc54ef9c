import { MINUTE_MS } from '../../kernel/duration.js';
import { defineCache } from '../../redis/index.js';
import { portfolioSummarySchema, type PortfolioSummary } from './portfolio.dto.js';

/** On everything that a fill of the user makes wrong. */
export const fillsTag = (userId: string) => `fills:${userId}`;

export const portfolioSummaryCache = defineCache<{ readonly userId: string }, PortfolioSummary>({
  name: 'portfolio.summary',
  namespace: 'analytics',
  key: ({ userId }) => `${userId}:portfolio-summary`,
  ttlMs: 10 * MINUTE_MS,
  tags: ({ userId }) => [fillsTag(userId)],
  schema: portfolioSummarySchema,
});
