import { Injectable } from '@nestjs/common';
import { and, count, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { UNFINISHED_STATUSES, type TrainingStatus } from './training-state.js';
import { trainingsTable, type TrainingRow } from './trainings.table.js';

type Change = Partial<
  Pick<TrainingRow, 'progress' | 'version' | 'failureCode' | 'failureReason' | 'finishedAt'>
> & { readonly status?: TrainingStatus };

const isUnfinished = inArray(trainingsTable.status, [...UNFINISHED_STATUSES]);

/** Nothing changes a training that has ended: every write asks for an unfinished one. */
@Injectable()
export class TrainingsRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when the model has an unfinished training */
  async insert(transaction: Sql, row: TrainingRow): Promise<boolean> {
    const inserted = await transaction
      .insert(trainingsTable)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: trainingsTable.id });
    return inserted.length > 0;
  }

  /** For edges that act for a user: a training of somebody else is not there. */
  async findOwn(connection: Sql, userId: string, id: string): Promise<TrainingRow | undefined> {
    const [row] = await connection
      .select()
      .from(trainingsTable)
      .where(and(eq(trainingsTable.userId, userId), eq(trainingsTable.id, id)));
    return row;
  }

  async findUnfinished(connection: Sql, modelId: string): Promise<TrainingRow | undefined> {
    const [row] = await connection
      .select()
      .from(trainingsTable)
      .where(and(eq(trainingsTable.modelId, modelId), isUnfinished));
    return row;
  }

  /** The newest training of each model that has one. */
  async newestOf(modelIds: readonly string[]): Promise<Map<string, TrainingRow>> {
    if (modelIds.length === 0) return new Map();
    const rows = await this.database.sql
      .selectDistinctOn([trainingsTable.modelId])
      .from(trainingsTable)
      .where(inArray(trainingsTable.modelId, [...modelIds]))
      .orderBy(trainingsTable.modelId, desc(trainingsTable.id));
    return new Map(rows.map((row) => [row.modelId, row]));
  }

  /** Begins a run, and by that takes the training from any run before. */
  async beginRun(transaction: Sql, id: string, now: Date): Promise<TrainingRow | undefined> {
    const [row] = await transaction
      .update(trainingsTable)
      .set({
        status: 'running',
        progress: 0,
        runs: sql`${trainingsTable.runs} + 1`,
        startedAt: sql`coalesce(${trainingsTable.startedAt}, ${now.toISOString()}::timestamptz)`,
        updatedAt: now,
      })
      .where(and(eq(trainingsTable.id, id), isUnfinished))
      .returning();
    return row;
  }

  /**
   * @param runs set: only if this is still the latest run
   * @returns undefined when the training has ended, or another run has taken it
   */
  async update(
    transaction: Sql,
    id: string,
    change: Change,
    now: Date,
    runs?: number,
  ): Promise<TrainingRow | undefined> {
    const isLatestRun = runs === undefined ? undefined : eq(trainingsTable.runs, runs);
    const [row] = await transaction
      .update(trainingsTable)
      .set({ ...change, updatedAt: now })
      .where(and(eq(trainingsTable.id, id), isUnfinished, isLatestRun))
      .returning();
    return row;
  }

  async countByStatus(
    connection: Sql,
    userId: string,
  ): Promise<{ status: TrainingStatus; trainings: number }[]> {
    return connection
      .select({ status: trainingsTable.status, trainings: count() })
      .from(trainingsTable)
      .where(eq(trainingsTable.userId, userId))
      .groupBy(trainingsTable.status);
  }

  /** Those that nobody has touched since: their job was lost with the queue. Locked until the end of the transaction. */
  async lockForgotten(
    transaction: Sql,
    untouchedSince: Date,
    limit: number,
  ): Promise<TrainingRow[]> {
    return transaction
      .select()
      .from(trainingsTable)
      .where(and(isUnfinished, lt(trainingsTable.updatedAt, untouchedSince)))
      .orderBy(trainingsTable.updatedAt)
      .limit(limit)
      .for('update', { skipLocked: true });
  }

  /** Ids of those that nobody has begun, oldest first. */
  async findWaiting(limit: number): Promise<string[]> {
    const rows = await this.database.sql
      .select({ id: trainingsTable.id })
      .from(trainingsTable)
      .where(eq(trainingsTable.status, 'waiting'))
      .orderBy(trainingsTable.id)
      .limit(limit);
    return rows.map(({ id }) => id);
  }
}
