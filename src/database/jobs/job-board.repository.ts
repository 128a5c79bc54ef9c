import { Injectable } from '@nestjs/common';
import { and, eq, gt, inArray, min, ne, sql, type AnyColumn } from 'drizzle-orm';
import {
  JobStore,
  type StoredJob,
  type StoredJobCounts,
  type StoredJobState,
} from '../../kernel/job-store.js';
import { Database } from '../database.js';
import { isAwaited, settleRemoved } from './job-flows.repository.js';
import { fromNow, key, since, state, stored } from './job-columns.js';
import { jobsTable as jobs, queueStatesTable as queueStates } from './jobs.table.js';

/** What people see and do of the jobs, beside those who run them. */
@Injectable()
export abstract class DatabaseJobBoard extends JobStore {
  constructor(protected readonly database: Database) {
    super();
  }

  override async find(queue: string, id: string): Promise<StoredJob | undefined> {
    const [job] = await this.database.sql.select(stored).from(jobs).where(key(queue, id));
    return job;
  }

  override list(
    queue: string,
    states: readonly StoredJobState[],
    offset: number,
    limit: number,
  ): Promise<StoredJob[]> {
    return this.database.sql
      .select(stored)
      .from(jobs)
      .where(and(eq(jobs.queue, queue), inArray(state, [...states])))
      .orderBy(sql`${since} desc`, sql`${jobs.seq} desc`)
      .offset(offset)
      .limit(limit);
  }

  override async counts(queue: string): Promise<StoredJobCounts> {
    // In the pass that counts: a list of what waits would be sorted whole, with its payloads.
    const rows = await this.database.sql
      .select({ state, count: sql<number>`count(*)::int`, oldest: min(jobs.runAt) })
      .from(jobs)
      .where(eq(jobs.queue, queue))
      .groupBy(sql`1`);
    const counts = {
      waiting: 0,
      delayed: 0,
      'waiting-children': 0,
      active: 0,
      completed: 0,
      failed: 0,
    };
    for (const row of rows) counts[row.state] = row.count;
    const oldestWaitingSince = rows.find((row) => row.state === 'waiting')?.oldest ?? null;
    return { ...counts, oldestWaitingSince };
  }

  override async requeue(queue: string, id: string): Promise<boolean> {
    const rows = await this.database.sql
      .update(jobs)
      .set({
        state: 'waiting',
        runAt: sql`now()`,
        lostClaims: 0,
        progress: 0,
        result: null,
        failedReason: null,
        startedAt: null,
        finishedAt: null,
        cancelled: false,
      })
      .where(and(key(queue, id), inArray(state, ['failed', 'completed'])))
      .returning({ id: jobs.id });
    return rows.length === 1;
  }

  override async promote(queue: string, id: string): Promise<boolean> {
    const rows = await this.database.sql
      .update(jobs)
      .set({ runAt: sql`now()` })
      .where(and(key(queue, id), eq(state, 'delayed')))
      .returning({ id: jobs.id });
    return rows.length === 1;
  }

  override async remove(queue: string, id: string): Promise<boolean> {
    return (await this.removeMany(queue, [id])).length === 1;
  }

  override removeMany(queue: string, ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return Promise.resolve([]);
    const { id, state: was, parentQueue, parentId, failsParent } = jobs;
    return this.database.transaction(async ({ sql: connection }) => {
      const removed = await connection
        .delete(jobs)
        .where(and(eq(jobs.queue, queue), inArray(id, [...ids]), ne(was, 'active')))
        .returning({ id, state: was, parentQueue, parentId, failsParent });
      await settleRemoved(connection, queue, removed);
      return removed.map((job) => job.id);
    });
  }

  override async cancel(queue: string, id: string): Promise<'removed' | 'asked' | 'gone'> {
    const [job] = await this.database.sql
      .update(jobs)
      .set({ cancelled: true })
      .where(and(key(queue, id), inArray(jobs.state, ['waiting', 'waiting-children', 'active'])))
      .returning({ state: jobs.state });
    if (job === undefined) return 'gone';
    // A worker that has claimed it meanwhile sees the mark.
    return job.state !== 'active' && (await this.remove(queue, id)) ? 'removed' : 'asked';
  }

  override async clean(
    queue: string,
    cleaned: StoredJobState,
    olderThanMs: number,
    keep: number,
    limit?: number,
  ): Promise<number> {
    if (cleaned === 'active') return 0;
    // The results of children are kept for a parent that is still to see them.
    const isKept = cleaned === 'completed' || cleaned === 'failed' ? isAwaited : sql`false`;
    const ofState = sql`${jobs.queue} = ${queue} and ${state} = ${cleaned} and not ${isKept}`;
    const beyond = sql`select id from ${jobs} where ${ofState} order by ${since} desc, ${jobs.seq} desc offset ${keep}`;
    const due = sql`${ofState} and (${since} < ${fromNow(-olderThanMs)} or ${jobs.id} in (${beyond}))`;
    const first = sql`${jobs.queue} = ${queue} and ${jobs.id} = any(array(
      select id from ${jobs} where ${due} order by ${since}, ${jobs.seq} limit ${limit}))`;
    const rows = await this.database.sql
      .delete(jobs)
      .where(limit === undefined ? due : first)
      .returning({ id: jobs.id });
    return rows.length;
  }

  override async trimCompleted(queue: string, bytes: number): Promise<number> {
    if (!Number.isFinite(bytes)) return 0;
    const lengthOf = (column: AnyColumn) => sql`coalesce(octet_length(${column}::text), 0)`;
    const size = sql`${lengthOf(jobs.payload)} + ${lengthOf(jobs.result)}`;
    const completed = this.database.sql
      .select({
        id: jobs.id,
        bytes: sql<number>`sum(${size}) over (order by ${since} desc, ${jobs.seq} desc)`.as(
          'bytes',
        ),
      })
      .from(jobs)
      .where(and(eq(jobs.queue, queue), eq(jobs.state, 'completed')))
      .as('completed');
    const beyond = this.database.sql
      .select({ id: completed.id })
      .from(completed)
      .where(gt(completed.bytes, bytes));
    const rows = await this.database.sql
      .delete(jobs)
      .where(
        and(
          eq(jobs.queue, queue),
          eq(jobs.state, 'completed'),
          // Read once. With "in", a planner without statistics, as in PGlite, sums up once for each job: 4,000 took 31 s.
          sql`${jobs.id} = any(array(${beyond}))`,
          sql`not ${isAwaited}`,
        ),
      )
      .returning({ id: jobs.id });
    return rows.length;
  }

  override async isPaused(queue: string): Promise<boolean> {
    const [row] = await this.database.sql
      .select({ paused: queueStates.paused })
      .from(queueStates)
      .where(eq(queueStates.queue, queue));
    return row?.paused ?? false;
  }

  override async setPaused(queue: string, paused: boolean): Promise<void> {
    await this.database.sql
      .insert(queueStates)
      .values({ queue, paused })
      .onConflictDoUpdate({ target: queueStates.queue, set: { paused } });
  }
}
