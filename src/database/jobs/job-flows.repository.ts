import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import {
  childRemoved,
  type NewStoredChild,
  type NewStoredJob,
  type StoredChildResult,
} from '../../kernel/job-store.js';
import type { Sql } from '../database.js';
import { fromNow, key } from './job-columns.js';
import { jobsTable as jobs } from './jobs.table.js';

const child = alias(jobs, 'child');
const parent = alias(jobs, 'parent');

/** Whether a parent that has not ended waits for the job, and will want to see its result. */
export const isAwaited = sql`exists (select 1 from ${jobs} parent
  where ${parent.queue} = ${jobs.parentQueue} and ${parent.id} = ${jobs.parentId}
    and ${parent.state} in ('waiting-children', 'waiting', 'active'))`;

/** In a transaction. */
export async function insertFlow(
  connection: Sql,
  { delayMs: _atOnce, dedupe: _none, ...job }: NewStoredJob,
  children: readonly NewStoredChild[],
): Promise<void> {
  const added = await connection
    .insert(jobs)
    .values({ ...job, state: 'waiting-children', runAt: sql`now()` })
    .onConflictDoNothing()
    .returning({ id: jobs.id });
  if (added.length === 0) return;
  const rows = children.map(({ delayMs, dedupe: _of, ...each }) => ({
    ...each,
    state: 'waiting' as const,
    runAt: fromNow(delayMs),
    parentQueue: job.queue,
    parentId: job.id,
  }));
  await connection.insert(jobs).values(rows).onConflictDoNothing();
}

export function childResults(
  connection: Sql,
  queue: string,
  id: string,
): Promise<StoredChildResult[]> {
  return connection
    .select({ id: jobs.id, result: jobs.result, failedReason: jobs.failedReason })
    .from(jobs)
    .where(
      and(
        eq(jobs.parentQueue, queue),
        eq(jobs.parentId, id),
        inArray(jobs.state, ['completed', 'failed']),
      ),
    )
    .orderBy(asc(jobs.seq));
}

/** Whether a job of the queue waits for others. */
export async function hasParents(connection: Sql, queue: string): Promise<boolean> {
  const rows = await connection
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.queue, queue), eq(jobs.state, 'waiting-children')))
    .limit(1);
  return rows.length > 0;
}

/**
 * Lets parents go on, or fail, whose children have ended: the one of `id`, or all of the queue. In a transaction that
 * has ended a child: of two that end at the same time one waits here for the other, and sees that both have.
 * @returns how many.
 */
export async function settleParents(connection: Sql, queue: string, id?: string): Promise<number> {
  const waits = eq(jobs.state, 'waiting-children');
  const these = and(id === undefined ? eq(jobs.queue, queue) : key(queue, id), waits);
  await connection.select({ id: jobs.id }).from(jobs).where(these).orderBy(jobs.seq).for('update');
  const failedChild = ofChildren(sql`${child.state} = 'failed' and ${child.failsParent}`);
  const unfinished = ofChildren(sql`${child.state} not in ('completed', 'failed')`);
  const rows = await connection
    .update(jobs)
    .set({
      state: sql`case when ${failedChild} is null then 'waiting' else 'failed' end`,
      failedReason: sql`'queue.child_failed: job ' || ${failedChild} || ' failed'`,
      finishedAt: sql`case when ${failedChild} is not null then now() end`,
      runAt: sql`now()`,
    })
    .where(and(these, sql`(${failedChild} is not null or ${unfinished} is null)`))
    .returning({ id: jobs.id });
  return rows.length;
}

interface RemovedJob {
  readonly id: string;
  /** Before it was removed. */
  readonly state: string;
  readonly parentQueue: string | null;
  readonly parentId: string | null;
  readonly failsParent: boolean;
}

/**
 * In a transaction that has deleted the jobs. Nobody asks for what the children of a deleted parent come to; and a parent
 * does not wait for children that are gone: it fails where it needed one that had not ended.
 */
export async function settleRemoved(
  connection: Sql,
  queue: string,
  removed: readonly RemovedJob[],
): Promise<void> {
  const parents = removed.filter(({ state }) => state === 'waiting-children').map(({ id }) => id);
  if (parents.length > 0) {
    const ofParents = and(eq(jobs.parentQueue, queue), inArray(jobs.parentId, parents));
    await connection.delete(jobs).where(and(ofParents, eq(jobs.state, 'waiting')));
  }
  const children = removed.filter(
    ({ state, parentId }) => state === 'waiting' && parentId !== null,
  );
  for (const { parentQueue, parentId, ...lost } of firstOfEachParent(children)) {
    const ofParent = key(parentQueue ?? '', parentId ?? '');
    if (lost.failsParent) {
      await connection
        .update(jobs)
        .set({ state: 'failed', failedReason: childRemoved(lost.id), finishedAt: sql`now()` })
        .where(and(ofParent, eq(jobs.state, 'waiting-children')));
    } else {
      await settleParents(connection, parentQueue ?? '', parentId ?? '');
    }
  }
}

/** In an order that is the same for whoever else locks them; of each the one that it needed first. */
function firstOfEachParent(children: readonly RemovedJob[]): RemovedJob[] {
  const found = new Map<string, RemovedJob>();
  for (const child of children) {
    const parent = `${child.parentQueue} ${child.parentId}`;
    if (!found.has(parent) || (child.failsParent && !found.get(parent)?.failsParent)) {
      found.set(parent, child);
    }
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, child]) => child);
}

/** The id of the first child of which `condition` is true; null: of none. */
function ofChildren(condition: SQL): SQL {
  return sql`(select ${child.id} from ${jobs} child
    where ${child.parentQueue} = ${jobs.queue} and ${child.parentId} = ${jobs.id} and ${condition}
    order by ${child.seq} limit 1)`;
}
