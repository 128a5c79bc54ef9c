import { Injectable } from '@nestjs/common';
import { and, desc, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { DeadLetters, type DeadJob } from '../../kernel/dead-letters.js';
import { newId } from '../../kernel/ids.js';
import { Database, type Sql } from '../database.js';
import { deadJobsTable as dead, type DeadJobRow } from './dead-jobs.table.js';
import { fromNow } from './job-columns.js';

export interface DeadJobFilter {
  readonly queue: string;
  readonly state: 'open' | 'replayed' | 'all';
  readonly beforeId: string | undefined;
  readonly limit: number;
}

@Injectable()
export class DeadJobsRepository extends DeadLetters {
  constructor(private readonly database: Database) {
    super();
  }

  override async record(job: DeadJob): Promise<void> {
    await this.database.sql
      .insert(dead)
      .values({ id: newId(), ...job })
      .onConflictDoUpdate({
        target: [dead.queue, dead.jobId],
        set: { ...job, failedAt: sql`now()`, replayedAt: null, replayedBy: null },
      });
  }

  override async settle(queue: string, jobId: string): Promise<void> {
    await this.database.sql.delete(dead).where(and(eq(dead.queue, queue), eq(dead.jobId, jobId)));
  }

  override async withdraw(queue: string, jobId: string): Promise<boolean> {
    const ofJob = and(eq(dead.queue, queue), eq(dead.jobId, jobId));
    // Waits for a replay that is under way, and finds it done.
    await this.database.sql.delete(dead).where(and(ofJob, isNull(dead.replayedAt)));
    return (await this.database.sql.$count(dead, ofJob)) === 0;
  }

  override async recordMissing(jobs: readonly DeadJob[]): Promise<number> {
    if (jobs.length === 0) return 0;
    const added = await this.database.sql
      .insert(dead)
      .values(jobs.map((job) => ({ id: newId(), ...job })))
      .onConflictDoNothing()
      .returning({ id: dead.id });
    return added.length;
  }

  override async forget(queue: string, olderThanMs: number): Promise<number> {
    const rows = await this.database.sql
      .delete(dead)
      .where(and(eq(dead.queue, queue), lt(dead.failedAt, fromNow(-olderThanMs))))
      .returning({ id: dead.id });
    return rows.length;
  }

  /** Latest first. */
  list({ queue, state, beforeId, limit }: DeadJobFilter): Promise<DeadJobRow[]> {
    const ofState = { open: isNull, replayed: isNotNull, all: undefined }[state];
    const before = beforeId === undefined ? undefined : lt(dead.id, beforeId);
    return this.database.sql
      .select()
      .from(dead)
      .where(and(eq(dead.queue, queue), ofState?.(dead.replayedAt), before))
      .orderBy(desc(dead.id))
      .limit(limit);
  }

  async find(queue: string, id: string): Promise<DeadJobRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(dead)
      .where(and(eq(dead.queue, queue), eq(dead.id, id)));
    return row;
  }

  /**
   * Marks up to `limit` that nobody has replayed, the oldest first; whoever gets a row adds its job again in the same
   * transaction.
   */
  async takeForReplay(
    transaction: Sql,
    { queue, id, job, limit }: ReplayFilter,
    userId: string,
  ): Promise<DeadJobRow[]> {
    // A CTE: as a plain subquery it may be run again per row, and lock more than `limit`.
    const open = transaction.$with('open').as(
      transaction
        .select({ id: dead.id })
        .from(dead)
        .where(
          and(
            eq(dead.queue, queue),
            isNull(dead.replayedAt),
            id === undefined ? undefined : eq(dead.id, id),
            job === undefined ? undefined : eq(dead.name, job),
          ),
        )
        .orderBy(dead.id)
        .limit(limit)
        .for('update', { skipLocked: true }),
    );
    const rows = await transaction
      .with(open)
      .update(dead)
      .set({ replayedAt: sql`now()`, replayedBy: userId })
      .where(sql`${dead.id} in (select id from open)`)
      .returning();
    return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Takes a replay back that this transaction began. */
  async reopen(transaction: Sql, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await transaction
      .update(dead)
      .set({ replayedAt: null, replayedBy: null })
      .where(inArray(dead.id, [...ids]));
  }
}

export interface ReplayFilter {
  readonly queue: string;
  /** Of the dead letter. */
  readonly id?: string;
  /** Of this kind alone. */
  readonly job?: string;
  readonly limit: number;
}
