import { sql } from 'drizzle-orm';
import {
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { TIMEFRAMES } from '../../market-data/index.js';
import type { FeatureName } from '../features/features.js';
import type { Report } from '../training/evaluation.js';
import type { LogisticModel } from '../training/logistic.js';

const timeColumn = (name: string) => timestamp(name, { withTimezone: true });

/** What a user wants to have forecast, and from what. */
export const modelsTable = pgTable(
  'studio_models',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id').notNull(),
    name: text('name').notNull(),
    symbol: text('symbol').notNull(),
    timeframe: text('timeframe', { enum: TIMEFRAMES }).notNull(),
    features: jsonb('features').$type<FeatureName[]>().notNull(),
    /** Either this many bars until the training, or those that open from `fromAt` on and before `toAt`. */
    lookbackBars: integer('lookback_bars'),
    fromAt: timeColumn('from_at'),
    /** Unset: until the training. */
    toAt: timeColumn('to_at'),
    /** Of the newest version; 0 before the first. */
    latestVersion: integer('latest_version').notNull(),
    createdAt: timeColumn('created_at').notNull(),
  },
  (table) => [
    index('studio_models_by_user').on(table.userId, table.id),
    check('studio_models_range', sql`(${table.lookbackBars} is null) <> (${table.fromAt} is null)`),
  ],
);
export type ModelRow = typeof modelsTable.$inferSelect;

/** What trainings made. Rows are added, never changed. */
export const versionsTable = pgTable(
  'studio_model_versions',
  {
    id: uuid('id').primaryKey(),
    modelId: uuid('model_id')
      .notNull()
      .references(() => modelsTable.id),
    /** 1, 2, … within the model. */
    version: integer('version').notNull(),
    features: jsonb('features').$type<FeatureName[]>().notNull(),
    parameters: jsonb('parameters').$type<LogisticModel>().notNull(),
    report: jsonb('report').$type<Report>().notNull(),
    /** Of the report, to compare models by. */
    accuracy: doublePrecision('accuracy').notNull(),
    baselineAccuracy: doublePrecision('baseline_accuracy').notNull(),
    /** Of the bars. */
    source: text('source').notNull(),
    createdAt: timeColumn('created_at').notNull(),
  },
  (table) => [unique('studio_model_version').on(table.modelId, table.version)],
);
export type VersionRow = typeof versionsTable.$inferSelect;
