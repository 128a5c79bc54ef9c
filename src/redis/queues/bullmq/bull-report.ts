import type { Job, Queue } from 'bullmq';
import type { DeadJob } from '../../../kernel/dead-letters.js';
import type { JsonValue } from '../../../kernel/json.js';
import type { RedisClient } from '../../connection/create-client.js';
import { PRIORITIES } from '../job-priority.js';
import type { KeptJob } from '../queue-driver.js';
import type { QueueReport, RunningJob } from '../queue-report.js';
import { mayHaveMoved, waitingSinceMs, type QueueEvent } from './waiting-since.js';
import { readEnvelope } from './job-envelope.js';

/** BullMQ's score of a waiting job is its priority times this, plus a counter. */
const PRIORITY_STEP = 0x1_0000_0000;
/** A few milliseconds' work, and only while one waits of which the job alone does not tell. */
const EVENTS_LOOKED_AT = 1_000;
/** Jobs that are looked at together. */
const TRIM_PAGE = 1_000;

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

/** The first of each priority, and of those the one that waits for the longest: the set is not ordered by time as a whole. */
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
  const found = await Promise.all(ids.flat().map((id) => queue.getJob(id)));
  const jobs = found.filter((job: Job | undefined) => job !== undefined);
  if (jobs.length === 0) return undefined;
  const events = jobs.some(mayHaveMoved) ? await latestEvents(queue, client) : [];
  const nowMs = Date.now();
  return Math.min(...jobs.map((job) => waitingSinceMs(job, events, nowMs)));
}

async function latestEvents(queue: Queue, client: RedisClient): Promise<QueueEvent[]> {
  const key = queue.toKey('events');
  return client.xrevrange(key, '+', '-', 'COUNT', EVENTS_LOOKED_AT);
}

/** @returns how many */
export async function cleanFinished(
  queue: Queue,
  state: 'completed' | 'failed',
  olderThanMs: number,
  limit: number,
): Promise<number> {
  return (await queue.clean(olderThanMs, limit, state)).length;
}

/**
 * Removes the oldest completed jobs until payloads and results of the others have `bytes` at most.
 * @returns how many
 */
export async function trimCompleted(
  queue: Queue,
  client: RedisClient,
  bytes: number,
): Promise<number> {
  let kept = 0;
  const beyond: string[] = [];
  for (let from = 0; ; from += TRIM_PAGE) {
    const ids = await client.zrevrange(queue.toKey('completed'), from, from + TRIM_PAGE - 1);
    const sizes = await sizesOf(queue, client, ids);
    for (const [index, id] of ids.entries()) {
      kept += sizes[index] ?? 0;
      if (kept > bytes) beyond.push(id);
    }
    if (ids.length < TRIM_PAGE) break;
  }
  for (const id of beyond) await queue.remove(id);
  return beyond.length;
}

async function sizesOf(queue: Queue, client: RedisClient, ids: string[]): Promise<number[]> {
  const pipeline = client.pipeline();
  for (const id of ids) {
    pipeline.hstrlen(queue.toKey(id), 'data');
    pipeline.hstrlen(queue.toKey(id), 'returnvalue');
  }
  const answers = (await pipeline.exec()) ?? [];
  const lengthAt = (index: number): number => Number(answers[index]?.[1] ?? 0);
  return ids.map((_, index) => lengthAt(2 * index) + lengthAt(2 * index + 1));
}

export function runningJobOf(job: Job): RunningJob {
  return {
    id: job.id ?? '',
    name: job.name,
    attempt: job.attemptsMade + 1,
    percent: typeof job.progress === 'number' ? job.progress : 0,
    startedAt: job.processedOn === undefined ? null : new Date(job.processedOn),
    correlationId: readEnvelope(job.data)?.correlationId ?? '',
  };
}

export function keptJobOf(job: Job): KeptJob {
  const envelope = readEnvelope(job.data);
  const payload = (envelope?.payload ?? null) as JsonValue;
  return { jobId: job.id ?? '', name: job.name, payload, version: envelope?.version ?? 1 };
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
