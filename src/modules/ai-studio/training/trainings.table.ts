import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { modelsTable } from '../models/models.table.js';
import { TRAINING_STATUSES } from './training-state.js';

const timeColumn = (name: string) => timestamp(name, { withTimezone: true });

/** Each time that a model is trained. */
export const trainingsTable = pgTable(
  'studio_trainings',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id').notNull(),
    modelId: uuid('model_id')
      .notNull()
      .references(() => modelsTable.id),
    status: text('status', { enum: TRAINING_STATUSES }).notNull(),
    /** 0–100. */
    progress: integer('progress').notNull(),
    /** How often its job began. Only the latest run may write: one taken for dead stops at its next step. */
    runs: integer('runs').notNull(),
    /** Of the model version that it made. */
    version: integer('version'),
    failureCode: text('failure_code'),
    failureReason: text('failure_reason'),
    createdAt: timeColumn('created_at').notNull(),
    startedAt: timeColumn('started_at'),
    finishedAt: timeColumn('finished_at'),
    updatedAt: timeColumn('updated_at').notNull(),
  },
  (table) => [
    // What answers 409, whichever of two requests at the same moment is first.
    uniqueIndex('studio_trainings_unfinished')
      .on(table.modelId)
      .where(sql`${table.status} in ('waiting', 'running')`),
    index('studio_trainings_by_model').on(table.modelId, table.id),
    index('studio_trainings_by_user').on(table.userId, table.status),
    index('studio_trainings_forgotten')
      .on(table.updatedAt)
      .where(sql`${table.status} in ('waiting', 'running')`),
  ],
);
export type TrainingRow = typeof trainingsTable.$inferSelect;
