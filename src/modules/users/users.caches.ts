import { MINUTE_MS } from '../../kernel/duration.js';
import { defineCache } from '../../redis/index.js';
import type { UserRole } from '../../kernel/principal.js';
import { profileSchema, type Profile } from './users.dto.js';

interface ByUser {
  readonly userId: string;
}

/** On everything that a change of the user makes wrong. */
export const userTag = (userId: string) => `user:${userId}`;

export const profileCache = defineCache<ByUser, Profile>({
  name: 'users.profile',
  namespace: 'users',
  key: ({ userId }) => `${userId}:profile`,
  ttlMs: 15 * MINUTE_MS,
  tags: ({ userId }) => [userTag(userId)],
  schema: profileSchema,
});

export const rolesCache = defineCache<ByUser, UserRole[]>({
  name: 'users.roles',
  namespace: 'users',
  key: ({ userId }) => `${userId}:roles`,
  ttlMs: 30 * MINUTE_MS,
  tags: ({ userId }) => [userTag(userId)],
  schema: profileSchema.shape.roles,
});
