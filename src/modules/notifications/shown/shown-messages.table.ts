import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { DELIVERY_CHANNELS } from '../delivery-channels.js';

/** What would have been sent, had its channel been set up: of development alone, the latest few hundred. */
export const shownMessagesTable = pgTable('shown_messages', {
  id: uuid('id').primaryKey(),
  channel: text('channel', { enum: DELIVERY_CHANNELS }).notNull(),
  recipient: text('recipient').notNull(),
  subject: text('subject').notNull(),
  text: text('text').notNull(),
  html: text('html'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
});

export type ShownMessageRow = typeof shownMessagesTable.$inferSelect;
