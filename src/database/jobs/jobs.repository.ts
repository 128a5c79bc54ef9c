import { Injectable } from '@nestjs/common';
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import {
  MAX_LOST_CLAIMS,
  type JobClaim,
  type JobRateLimit,
  type NewStoredChild,
  type NewStoredJob,
  type StoredChildResult,
  type StoredJob,
} from '../../kernel/job-store.js';
import type { JsonValue } from '../../kernel/json.js';
import type { Sql } from '../database.js';
import { DatabaseJobBoard } from './job-board.repository.js';
import { fromNow, key, stored } from './job-columns.js';
import { jobsTable as jobs, queueStatesTable as queueStates } from './jobs.table.js';
import { childResults, insertFlow, settleParents } from './job-flows.repository.js';
import { countInWindow, roomInWindow, windowFullForMs } from './queue-windows.repository.js';

const LOST_REASON = `its worker was lost ${MAX_LOST_CLAIMS + 1} times while it ran`;

/** A key that stands for a time stays with an ended job until then. */
const keyAfterEnd = sql`case when ${jobs.dedupeUntil} > now() then ${jobs.dedupeKey} end`;

/** The job store on PostgreSQL and PGlite. Every change is one statement or one transaction, so each is atomic. */
@Injectable()
export class DatabaseJobStore extends DatabaseJobBoard {
  override async add({ delayMs, dedupe, ...job }: NewStoredJob): Promise<string> {
    const { sql: connection } = this.database;
    const ofKey = dedupe && and(eq(jobs.queue, job.queue), eq(jobs.dedupeKey, dedupe.key));
    if (ofKey) {
      // A process of the release before keys ends jobs without freeing theirs.
      const ended = sql`${jobs.dedupeUntil} is null and ${jobs.state} in ('completed', 'failed')`;
      const passed = and(ofKey, sql`(${jobs.dedupeUntil} <= now() or ${ended})`);
      await connection.update(jobs).set({ dedupeKey: null }).where(passed);
    }
    const added = await connection
      .insert(jobs)
      .values({
        ...job,
        state: 'waiting',
        runAt: fromNow(delayMs),
        dedupeKey: dedupe?.key,
        dedupeUntil: dedupe?.ttlMs === undefined ? null : fromNow(dedupe.ttlMs),
      })
      .onConflictDoNothing()
      .returning({ id: jobs.id });
    if (added.length > 0 || !ofKey) return job.id;
    const [standing] = await connection.select({ id: jobs.id }).from(jobs).where(ofKey);
    return standing?.id ?? job.id;
  }

  override addFlow(parent: NewStoredJob, children: readonly NewStoredChild[]): Promise<void> {
    return this.database.transaction(({ sql: connection }) =>
      insertFlow(connection, parent, children),
    );
  }

  override children(queue: string, id: string): Promise<StoredChildResult[]> {
    return childResults(this.database.sql, queue, id);
  }

  override releaseParents(queue: string): Promise<number> {
    return this.database.transaction(({ sql: connection }) => settleParents(connection, queue));
  }

  override claim(
    queue: string,
    limit: number,
    leaseMs: number,
    rateLimit: JobRateLimit = null,
  ): Promise<StoredJob[]> {
    if (rateLimit === null) return this.#claim(this.database.sql, queue, limit, leaseMs);
    return this.database.transaction(async ({ sql: connection }) => {
      const room = Math.min(limit, await roomInWindow(connection, queue, rateLimit));
      if (room === 0) return [];
      const claimed = await this.#claim(connection, queue, room, leaseMs);
      if (claimed.length > 0) await countInWindow(connection, queue, claimed.length);
      return claimed;
    });
  }

  async #claim(
    connection: Sql,
    queue: string,
    limit: number,
    leaseMs: number,
  ): Promise<StoredJob[]> {
    // A CTE with row locks is computed once; as a plain subquery the planner may run it again per row,
    // and lock more than `limit`.
    const due = connection.$with('due').as(
      connection
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
    const rows = await connection
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
        dedupeKey: sql`case when ${givenUp} then ${keyAfterEnd} else ${jobs.dedupeKey} end`,
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

  override async extend(claim: JobClaim, leaseMs: number): Promise<'held' | 'lost' | 'cancelled'> {
    const [job] = await this.database.sql
      .update(jobs)
      .set({ leasedUntil: fromNow(leaseMs) })
      .where(held(claim))
      .returning({ cancelled: jobs.cancelled });
    if (job === undefined) return 'lost';
    return job.cancelled ? 'cancelled' : 'held';
  }

  override async reportProgress(claim: JobClaim, progress: number): Promise<void> {
    await this.#updateHeld(claim, { progress });
  }

  override complete(claim: JobClaim, result: JsonValue): Promise<boolean> {
    return this.#end(claim, {
      state: 'completed',
      result,
      progress: 100,
      failedReason: null,
      finishedAt: sql`now()`,
      leasedUntil: null,
      dedupeKey: keyAfterEnd,
    });
  }

  override fail(claim: JobClaim, reason: string, retryDelayMs: number | null): Promise<boolean> {
    const end = { failedReason: reason, leasedUntil: null };
    if (retryDelayMs !== null) {
      return this.#updateHeld(claim, { ...end, state: 'waiting', runAt: fromNow(retryDelayMs) });
    }
    const last = { state: 'failed' as const, finishedAt: sql`now()`, dedupeKey: keyAfterEnd };
    return this.#end(claim, { ...end, ...last });
  }

  override release(claim: JobClaim, delayMs: number): Promise<boolean> {
    // `run_at` stays: the job keeps its place before those that became due later.
    return this.#updateHeld(claim, {
      state: 'waiting',
      attemptsMade: sql`${jobs.attemptsMade} - 1`,
      ...(delayMs > 0 && { runAt: fromNow(delayMs) }),
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

  override async nextDueInMs(
    queue: string,
    rateLimit: JobRateLimit = null,
  ): Promise<number | undefined> {
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
    const dueInMs = row?.ms ?? undefined;
    if (rateLimit === null || dueInMs === undefined) return dueInMs;
    return Math.max(dueInMs, await windowFullForMs(this.database.sql, queue, rateLimit));
  }

  /** With the parent that waits for it, if one does. */
  #end(claim: JobClaim, change: PgUpdateSetSource<typeof jobs>): Promise<boolean> {
    const { parentQueue, parentId } = claim;
    if (parentQueue === null || parentId === null) return this.#updateHeld(claim, change);
    return this.database.transaction(async ({ sql: connection }) => {
      const ended = await this.#updateHeld(claim, change, connection);
      if (ended) await settleParents(connection, parentQueue, parentId);
      return ended;
    });
  }

  /** Changes the job only while this claim of it is the current one. */
  async #updateHeld(
    claim: JobClaim,
    change: PgUpdateSetSource<typeof jobs>,
    connection: Sql = this.database.sql,
  ): Promise<boolean> {
    const rows = await connection
      .update(jobs)
      .set(change)
      .where(held(claim))
      .returning({ id: jobs.id });
    return rows.length === 1;
  }
}

function held({ queue, id, claimNumber }: JobClaim): SQL | undefined {
  return and(key(queue, id), eq(jobs.state, 'active'), eq(jobs.claimNumber, claimNumber));
}
