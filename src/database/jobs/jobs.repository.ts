import { Injectable } from '@nestjs/common';
import { and, eq, inArray, ne, sql, type SQL } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import {
  JobStore,
  MAX_LOST_CLAIMS,
  type JobClaim,
  type NewStoredJob,
  type StoredJob,
  type StoredJobState,
} from '../../kernel/job-store.js';
import type { JsonValue } from '../../kernel/json.js';
import { Database } from '../database.js';
import { jobsTable as jobs, queueStatesTable as queueStates } from './jobs.table.js';

const LOST_REASON = `its worker was lost ${MAX_LOST_CLAIMS + 1} times while it ran`;

/** The state as callers see it. */
const state = sql<StoredJobState>`case when ${jobs.state} = 'waiting' and ${jobs.runAt} > now() then 'delayed' else ${jobs.state} end`;
const since = sql`coalesce(${jobs.finishedAt}, ${jobs.startedAt}, ${jobs.createdAt})`;

const stored = {
  id: jobs.id,
  queue: jobs.queue,
  name: jobs.name,
  payload: jobs.payload,
  state,
  priority: jobs.priority,
  attemptsMade: jobs.attemptsMade,
  maxAttempts: jobs.maxAttempts,
  claimNumber: jobs.claimNumber,
  progress: jobs.progress,
  result: jobs.result,
  failedReason: jobs.failedReason,
  correlationId: jobs.correlationId,
  createdAt: jobs.createdAt,
  runAt: jobs.runAt,
  startedAt: jobs.startedAt,
  finishedAt: jobs.finishedAt,
};

/** The job store on PostgreSQL and PGlite. Every method is one statement, so each is atomic. */
@Injectable()
export class DatabaseJobStore extends JobStore {
  constructor(private readonly database: Database) {
    super();
  }

  override async add({ delayMs, ...job }: NewStoredJob): Promise<boolean> {
    const added = await this.database.sql
      .insert(jobs)
      .values({ ...job, state: 'waiting', runAt: fromNow(delayMs) })
      .onConflictDoNothing({ target: [jobs.queue, jobs.id] })
      .returning({ id: jobs.id });
    return added.length === 1;
  }

  override async claim(queue: string, limit: number, leaseMs: number): Promise<StoredJob[]> {
    // A CTE with row locks is computed once; as a plain subquery the planner may run it again per row,
    // and lock more than `limit`.
    const due = this.database.sql.$with('due').as(
      this.database.sql
        .select({ queue: jobs.queue, id: jobs.id })
        .from(jobs)
        .where(
          sql`${jobs.queue} = ${queue}
            and (${jobs.state} = 'waiting' and ${jobs.runAt} <= now()
              or ${jobs.state} = 'active' and ${jobs.leasedUntil} <= now())
            and not exists (select 1 from ${queueStates} where ${queueStates.queue} = ${queue} and ${queueStates.paused})`,
        )
        .orderBy(jobs.priority, jobs.runAt, jobs.seq)
        .limit(limit)
        .for('update', { skipLocked: true }),
    );
    const lost = sql`${jobs.state} = 'active'`;
    const givenUp = sql`(${lost} and ${jobs.lostClaims} >= ${MAX_LOST_CLAIMS})`;
    const rows = await this.database.sql
      .with(due)
      .update(jobs)
      .set({
        state: sql`case when ${givenUp} then 'failed' else 'active' end`,
        claimNumber: sql`${jobs.claimNumber} + 1`,
        attemptsMade: sql`${jobs.attemptsMade} + case when ${lost} then 0 else 1 end`,
        lostClaims: sql`${jobs.lostClaims} + case when ${lost} then 1 else 0 end`,
        failedReason: sql`case when ${givenUp} then ${LOST_REASON} else ${jobs.failedReason} end`,
        startedAt: sql`now()`,
        finishedAt: sql`case when ${givenUp} then now() end`,
        leasedUntil: sql`case when not ${givenUp} then ${fromNow(leaseMs)} end`,
      })
      .from(due)
      .where(and(eq(jobs.queue, due.queue), eq(jobs.id, due.id)))
      .returning({ ...stored, seq: jobs.seq });
    return rows
      .filter((row) => row.state === 'active')
      .sort(
        (a, b) =>
          a.priority - b.priority || a.runAt.getTime() - b.runAt.getTime() || Number(a.seq - b.seq),
      )
      .map(({ seq: _order, ...job }) => job);
  }

  override extend(claim: JobClaim, leaseMs: number): Promise<boolean> {
    return this.#updateHeld(claim, { leasedUntil: fromNow(leaseMs) });
  }

  override async reportProgress(claim: JobClaim, progress: number): Promise<void> {
    await this.#updateHeld(claim, { progress });
  }

  override complete(claim: JobClaim, result: JsonValue): Promise<boolean> {
    return this.#updateHeld(claim, {
      state: 'completed',
      result,
      progress: 100,
      failedReason: null,
      finishedAt: sql`now()`,
      leasedUntil: null,
    });
  }

  override fail(claim: JobClaim, reason: string, retryDelayMs: number | null): Promise<boolean> {
    const next =
      retryDelayMs === null
        ? { state: 'failed' as const, finishedAt: sql`now()` }
        : { state: 'waiting' as const, runAt: fromNow(retryDelayMs) };
    return this.#updateHeld(claim, { ...next, failedReason: reason, leasedUntil: null });
  }

  override release(claim: JobClaim): Promise<boolean> {
    // `run_at` stays: the job keeps its place before those that became due later.
    return this.#updateHeld(claim, {
      state: 'waiting',
      attemptsMade: sql`${jobs.attemptsMade} - 1`,
      startedAt: null,
      leasedUntil: null,
    });
  }

  override async endOrphanedLeases(queue: string): Promise<number> {
    // Two processes can share a PostgreSQL, for instance while a new version replaces the old one.
    if (this.database.kind !== 'pglite') return 0;
    const ended = await this.database.sql
      .update(jobs)
      .set({ leasedUntil: sql`now()` })
      .where(
        sql`${jobs.queue} = ${queue} and ${jobs.state} = 'active' and ${jobs.leasedUntil} > now()`,
      )
      .returning({ id: jobs.id });
    return ended.length;
  }

  override async nextDueInMs(queue: string): Promise<number | undefined> {
    const dueAt = sql`case ${jobs.state} when 'active' then ${jobs.leasedUntil} else ${jobs.runAt} end`;
    const [row] = await this.database.sql
      .select({
        ms: sql<number | null>`(extract(epoch from min(${dueAt}) - now()) * 1000)::float8`,
      })
      .from(jobs)
      .where(
        sql`${jobs.queue} = ${queue} and ${jobs.state} in ('waiting', 'active')
          and not exists (select 1 from ${queueStates} where ${queueStates.queue} = ${queue} and ${queueStates.paused})`,
      );
    return row?.ms ?? undefined;
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

  override async counts(queue: string): Promise<Record<StoredJobState, number>> {
    const rows = await this.database.sql
      .select({ state, count: sql<number>`count(*)::int` })
      .from(jobs)
      .where(eq(jobs.queue, queue))
      .groupBy(sql`1`);
    const counts = { waiting: 0, delayed: 0, active: 0, completed: 0, failed: 0 };
    for (const row of rows) counts[row.state] = row.count;
    return counts;
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
      })
      .where(and(key(queue, id), inArray(state, ['failed', 'completed', 'delayed'])))
      .returning({ id: jobs.id });
    return rows.length === 1;
  }

  override async remove(queue: string, id: string): Promise<boolean> {
    const rows = await this.database.sql
      .delete(jobs)
      .where(and(key(queue, id), ne(jobs.state, 'active')))
      .returning({ id: jobs.id });
    return rows.length === 1;
  }

  override async clean(
    queue: string,
    cleaned: StoredJobState,
    olderThanMs: number,
    keep: number,
  ): Promise<number> {
    if (cleaned === 'active') return 0;
    const ofState = sql`${jobs.queue} = ${queue} and ${state} = ${cleaned}`;
    const beyond = sql`select id from ${jobs} where ${ofState} order by ${since} desc, ${jobs.seq} desc offset ${keep}`;
    const rows = await this.database.sql
      .delete(jobs)
      .where(sql`${ofState} and (${since} < ${fromNow(-olderThanMs)} or ${jobs.id} in (${beyond}))`)
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

  /** Changes the job only while this claim of it is the current one. */
  async #updateHeld(
    { queue, id, claimNumber }: JobClaim,
    change: PgUpdateSetSource<typeof jobs>,
  ): Promise<boolean> {
    const rows = await this.database.sql
      .update(jobs)
      .set(change)
      .where(and(key(queue, id), eq(jobs.state, 'active'), eq(jobs.claimNumber, claimNumber)))
      .returning({ id: jobs.id });
    return rows.length === 1;
  }
}

function key(queue: string, id: string): SQL | undefined {
  return and(eq(jobs.queue, queue), eq(jobs.id, id));
}

/** The database's clock decides, also where several processes share it. */
function fromNow(ms: number): SQL {
  return sql`now() + ${ms} * interval '1 millisecond'`;
}
