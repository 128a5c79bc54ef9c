import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { StoredJobState } from '../../kernel/job-store.js';
import { jobsTable as jobs } from './jobs.table.js';

/** The state as callers see it. */
export const state = sql<StoredJobState>`case when ${jobs.state} = 'waiting' and ${jobs.runAt} > now() then 'delayed' else ${jobs.state} end`;
export const since = sql`coalesce(${jobs.finishedAt}, ${jobs.startedAt}, ${jobs.createdAt})`;

export const stored = {
  id: jobs.id,
  queue: jobs.queue,
  name: jobs.name,
  payload: jobs.payload,
  version: jobs.version,
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
  cancelled: jobs.cancelled,
  parentQueue: jobs.parentQueue,
  parentId: jobs.parentId,
};

export function key(queue: string, id: string): SQL | undefined {
  return and(eq(jobs.queue, queue), eq(jobs.id, id));
}

/** The database's clock decides, also where several processes share it. */
export function fromNow(ms: number): SQL {
  return sql`now() + ${ms} * interval '1 millisecond'`;
}
