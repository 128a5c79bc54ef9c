import type { Job, Queue } from 'bullmq';
import type { DeadJob } from '../../../kernel/dead-letters.js';
import type { JsonValue } from '../../../kernel/json.js';
import type { RedisClient } from '../../connection/create-client.js';
import { PRIORITIES } from '../queue-definition.js';
import type { QueueReport } from '../queue-report.js';
import { readEnvelope } from './job-envelope.js';

/** BullMQ's score of a waiting job is its priority times this, plus a counter. */
const PRIORITY_STEP = 0x1_0000_0000;
/** Jobs that one script call removes: Redis does nothing else meanwhile. */
const CLEAN_BATCH = 1_000;
const MAX_CLEAN_BATCHES = 100;

/** Every job of ours has a priority, so those that wait stand in the set `prioritized`; `wait` is for a moment. */
export async function reportOf(queue: Queue, client: RedisClient): Promise<QueueReport> {
  const [counts, paused, since] = await Promise.all([
    queue.getJobCounts('wait', 'prioritized', 'delayed', 'active', 'completed', 'failed'),
    queue.isPaused(),
    oldestWaitingMs(queue, client),
  ]);
  const of = (state: string): number => counts[state] ?? 0;
  return {
    name: queue.name,
    counts: {
      waiting: of('wait') + of('prioritized'),
      delayed: of('delayed'),
      active: of('active'),
      completed: of('completed'),
      failed: of('failed'),
    },
    paused,
    oldestWaitingSince: since === undefined ? null : new Date(since),
  };
}

/** The first of each priority, and of those the oldest: the set is not ordered by time as a whole. */
async function oldestWaitingMs(queue: Queue, client: RedisClient): Promise<number | undefined> {
  const key = queue.toKey('prioritized');
  const ids = await Promise.all(
    Object.values(PRIORITIES).map((priority) =>
      client.zrangebyscore(
        key,
        priority * PRIORITY_STEP,
        `(${(priority + 1) * PRIORITY_STEP}`,
        'LIMIT',
        0,
        1,
      ),
    ),
  );
  const jobs = await Promise.all(ids.flat().map((id) => queue.getJob(id)));
  const times = jobs.flatMap((job: Job | undefined) =>
    job ? job.timestamp + (job.opts.delay ?? 0) : [],
  );
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** @returns how many */
export async function cleanFinished(
  queue: Queue,
  state: 'completed' | 'failed',
  olderThanMs: number,
): Promise<number> {
  let removed = 0;
  for (let batch = 0; batch < MAX_CLEAN_BATCHES; batch += 1) {
    const ids = await queue.clean(olderThanMs, CLEAN_BATCH, state);
    removed += ids.length;
    if (ids.length < CLEAN_BATCH) break;
  }
  return removed;
}

/** @returns how many waited or were delayed */
export async function drainWaiting(queue: Queue): Promise<number> {
  const count = await queue.getJobCountByTypes('wait', 'prioritized', 'delayed');
  await queue.drain(true);
  return count;
}

/** null for one that this application did not add: nobody could run it. */
export function deadJobOf(queue: string, job: Job): DeadJob | null {
  const envelope = readEnvelope(job.data);
  if (envelope === undefined) return null;
  return {
    queue,
    jobId: job.id ?? '',
    name: job.name,
    payload: envelope.payload as JsonValue,
    version: envelope.version,
    reason: job.failedReason,
    attempts: job.attemptsMade,
    correlationId: envelope.correlationId,
  };
}
