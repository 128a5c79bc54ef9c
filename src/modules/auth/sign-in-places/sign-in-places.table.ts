import { index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { userIdColumn } from '../../users/index.js';

/** Where users have signed in: a sign-in from elsewhere is told to its user. */
export const signInPlacesTable = pgTable(
  'sign_in_places',
  {
    userId: userIdColumn(),
    /** SHA-256 of client and network, base64url. */
    placeHash: text('place_hash').notNull(),
    usedAt: timestamp('used_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.placeHash] }),
    index('sign_in_places_used').on(table.usedAt),
  ],
);
