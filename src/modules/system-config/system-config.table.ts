import { index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { JsonObject } from '../../kernel/json.js';
import { SETTINGS_KEYS } from './system-config.events.js';

/** One row per group of settings that an administrator has set; without a row the defaults hold. */
export const systemConfigTable = pgTable('system_config', {
  key: text('key', { enum: SETTINGS_KEYS }).primaryKey(),
  value: jsonb('value').$type<JsonObject>().notNull(),
  /** The secret of the group, sealed (`kernel/secret-box.ts`); it is nowhere else. */
  sealed: text('sealed'),
  /** Without a reference: who changed a setting stays known when the user is gone. */
  updatedBy: uuid('updated_by').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
});

export type SystemConfigRow = typeof systemConfigTable.$inferSelect;

/** Who changed what and when: names of settings, never their values. */
export const configAuditTable = pgTable(
  'config_audit',
  {
    id: uuid('id').primaryKey(),
    key: text('key', { enum: SETTINGS_KEYS }).notNull(),
    changed: text('changed').array().notNull(),
    changedBy: uuid('changed_by').notNull(),
    changedAt: timestamp('changed_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('config_audit_by_key').on(table.key, table.id)],
);

export type ConfigAuditRow = typeof configAuditTable.$inferSelect;
