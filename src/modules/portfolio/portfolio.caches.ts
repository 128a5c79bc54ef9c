import { MINUTE_MS } from '../../kernel/duration.js';
import { byUser, defineCache } from '../../redis/index.js';
import { fillsTag } from '../trading/index.js';
import {
  performanceSchema,
  riskSchema,
  type Performance,
  type Risk,
} from './analytics/analytics.dto.js';
import { portfolioSummarySchema, type PortfolioSummary } from './portfolio.dto.js';
import type { Timeframe } from './timeframe.js';

interface ByUser {
  readonly userId: string;
}

/** On everything that an import of the user's trades makes wrong. */
export const importsTag = (userId: string) => `imports:${userId}`;

/** Dropped by a fill, like all that carries `fillsTag`; quotes make it old, so it is refreshed behind its readers. */
export const portfolioSummaryCache = defineCache<ByUser, PortfolioSummary>({
  name: 'portfolio.summary',
  namespace: 'analytics',
  key: ({ userId }) => `${userId}:portfolio-summary`,
  ttlMs: 10 * MINUTE_MS,
  refreshAfterMs: 2 * MINUTE_MS,
  tags: ({ userId }) => [byUser(userId), fillsTag(userId)],
  schema: portfolioSummarySchema,
});

export const performanceCache = defineCache<
  ByUser & { readonly timeframe: Timeframe },
  Performance
>({
  name: 'portfolio.performance',
  namespace: 'analytics',
  key: ({ userId, timeframe }) => `${userId}:performance:${timeframe}`,
  ttlMs: 30 * MINUTE_MS,
  tags: ({ userId }) => [byUser(userId), fillsTag(userId), importsTag(userId)],
  schema: performanceSchema,
});

export const riskCache = defineCache<ByUser, Risk>({
  name: 'portfolio.risk',
  namespace: 'analytics',
  key: ({ userId }) => `${userId}:risk`,
  ttlMs: 10 * MINUTE_MS,
  tags: ({ userId }) => [byUser(userId), fillsTag(userId)],
  schema: riskSchema,
});
