import { MINUTE_MS } from '../../kernel/duration.js';
import { byUser, defineCache } from '../../redis/index.js';
import type { UserRole } from '../../kernel/principal.js';
import {
  permissionsSchema,
  profileSchema,
  settingsSchema,
  type Permissions,
  type Profile,
  type Settings,
} from './users.dto.js';

export interface ByUser {
  readonly userId: string;
}

/** On everything that a change of the profile or the settings makes wrong: that and no more of the user. */
export const accountTag = (userId: string) => `account:${userId}`;

const accountTags = ({ userId }: ByUser) => [byUser(userId), accountTag(userId)];

export const profileCache = defineCache<ByUser, Profile>({
  name: 'users.profile',
  namespace: 'users',
  key: ({ userId }) => `${userId}:profile`,
  ttlMs: 15 * MINUTE_MS,
  tags: accountTags,
  schema: profileSchema,
});

export const rolesCache = defineCache<ByUser, UserRole[]>({
  name: 'users.roles',
  namespace: 'users',
  key: ({ userId }) => `${userId}:roles`,
  ttlMs: 30 * MINUTE_MS,
  // What decides on access is asked for anew while nobody could tell that it changed; and no grace, which might give it back.
  strict: true,
  tags: ({ userId }) => [byUser(userId)],
  schema: profileSchema.shape.roles,
});

export const permissionsCache = defineCache<ByUser, Permissions>({
  name: 'users.permissions',
  namespace: 'users',
  key: ({ userId }) => `${userId}:permissions`,
  ttlMs: 30 * MINUTE_MS,
  // What decides on access is asked for anew while nobody could tell that it changed; and no grace, which might give it back.
  strict: true,
  tags: ({ userId }) => [byUser(userId)],
  schema: permissionsSchema,
});

export const settingsCache = defineCache<ByUser, Settings>({
  name: 'users.settings',
  namespace: 'users',
  key: ({ userId }) => `${userId}:settings`,
  ttlMs: 10 * MINUTE_MS,
  tags: accountTags,
  schema: settingsSchema,
});
