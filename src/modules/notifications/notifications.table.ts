import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { userIdColumn } from '../users/index.js';
import { DELIVERY_CHANNELS } from './delivery-channels.js';
import { NOTIFICATION_KINDS } from './notification-kinds.js';
import type { NotificationData } from './templates/template-variables.js';

/** What a user was told. */
export const notificationsTable = pgTable(
  'notifications',
  {
    id: uuid('id').primaryKey(),
    userId: userIdColumn(),
    kind: text('kind', { enum: NOTIFICATION_KINDS }).notNull(),
    title: text('title').notNull(),
    body: text('body').notNull(),
    data: jsonb('data').$type<NotificationData>().notNull(),
    /** false: not in the user's list, it is here for its e-mail. */
    inApp: boolean('in_app').notNull(),
    /** Names what happened: events are delivered at least once, and each is told once. */
    dedupeKey: text('dedupe_key').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    readAt: timestamp('read_at', { withTimezone: true }),
  },
  (table) => [
    unique('notifications_once').on(table.userId, table.dedupeKey),
    index('notifications_age').on(table.createdAt),
    index('notifications_inbox')
      .on(table.userId, table.id)
      .where(sql`${table.inApp}`),
    index('notifications_unread')
      .on(table.userId, table.id)
      .where(sql`${table.inApp} and ${table.readAt} is null`),
  ],
);

export type NotificationRow = typeof notificationsTable.$inferSelect;

/**
 * What goes out later waits as `held`, until it is due, or as `gathered`, for the mail that holds it with others (then it is
 * `digested`). `pending` → `sending` → `sent`, `failed` (it will not be tried again) or, of a channel that is not set up, `shown`
 * (in development, at `/admin/outbox`) or `skipped`.
 */
export const DELIVERY_STATUSES = [
  'held',
  'gathered',
  'digested',
  'pending',
  'sending',
  'sent',
  'shown',
  'failed',
  'skipped',
] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const notificationDeliveriesTable = pgTable(
  'notification_deliveries',
  {
    notificationId: uuid('notification_id')
      .notNull()
      .references(() => notificationsTable.id),
    channel: text('channel', { enum: DELIVERY_CHANNELS }).notNull(),
    /** Where to: the id of a subscription or an endpoint; empty where a user has one address, looked up when it is sent. */
    target: text('target').notNull().default(''),
    status: text('status', { enum: DELIVERY_STATUSES }).notNull(),
    /** Times that sending began. */
    attempts: integer('attempts').notNull(),
    /** Code of what went wrong last. */
    lastError: text('last_error'),
    /** While `held` or `gathered`. */
    dueAt: timestamp('due_at', { withTimezone: true }),
    /** While `sending`: after that moment another job may take it for abandoned. */
    claimedUntil: timestamp('claimed_until', { withTimezone: true }),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
    sentAt: timestamp('sent_at', { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.notificationId, table.channel, table.target] }),
    index('notification_deliveries_due')
      .on(table.dueAt)
      .where(sql`${table.dueAt} is not null`),
    index('notification_deliveries_unfinished')
      .on(table.updatedAt)
      .where(sql`${table.status} in ('pending', 'sending')`),
  ],
);

export type DeliveryRow = typeof notificationDeliveriesTable.$inferSelect;
