import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/duration.js';
import { byModel, byUser, defineCache } from '../../redis/index.js';
import {
  dashboardSchema,
  featureSchema,
  performanceSchema,
  type Dashboard,
  type FeatureView,
  type Performance,
} from './ai-studio.dto.js';

/** On everything that a change of the user's models or trainings makes wrong. */
export const studioTag = (userId: string) => `studio:${userId}`;

export const featuresCache = defineCache<void, FeatureView[]>({
  name: 'ai-studio.features',
  namespace: 'ai',
  key: () => 'studio:features',
  ttlMs: HOUR_MS,
  schema: featureSchema.array(),
});

export const dashboardCache = defineCache<{ readonly userId: string }, Dashboard>({
  name: 'ai-studio.dashboard',
  namespace: 'ai',
  key: ({ userId }) => `studio:dashboard:${userId}`,
  ttlMs: 5 * MINUTE_MS,
  tags: ({ userId }) => [byUser(userId), studioTag(userId)],
  schema: dashboardSchema,
});

export const performanceCache = defineCache<{ readonly modelId: string }, Performance>({
  name: 'ai-studio.performance',
  namespace: 'ai',
  key: ({ modelId }) => `studio:model:${modelId}:performance`,
  ttlMs: DAY_MS,
  tags: ({ modelId }) => [byModel(modelId)],
  schema: performanceSchema,
});
