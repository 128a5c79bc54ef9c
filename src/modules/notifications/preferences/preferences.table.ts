import { jsonb, pgTable, timestamp } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';
import type { Preferences } from './preferences.dto.js';

/** Of users who have set them; for all others the defaults hold. */
export const notificationPreferencesTable = pgTable('notification_preferences', {
  userId: userIdColumn().primaryKey(),
  preferences: jsonb('preferences').$type<Preferences>().notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
});
