import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { NewStoredChild, NewStoredJob, StoredChildResult } from '../../kernel/job-store.js';
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

/** The id of the first child of which `condition` is true; null: of none. */
function ofChildren(condition: SQL): SQL {
  return sql`(select ${child.id} from ${jobs} child
    where ${child.parentQueue} = ${jobs.queue} and ${child.parentId} = ${jobs.id} and ${condition}
    order by ${child.seq} limit 1)`;
}
