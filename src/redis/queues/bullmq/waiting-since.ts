import type { Job } from 'bullmq';

/** An entry of BullMQ's stream of events: its id begins with its time, and its fields follow each other, names and values. */
export type QueueEvent = [id: string, fields: string[]];

export type WaitingJob = Pick<Job, 'id' | 'timestamp' | 'processedOn' | 'attemptsStarted'> & {
  readonly opts: Pick<Job['opts'], 'delay'>;
};

/** Whether it may have come to wait at another time than it was added for: retried, or promoted. */
export function mayHaveMoved({ attemptsStarted, opts }: WaitingJob): boolean {
  return attemptsStarted > 0 || (opts.delay ?? 0) > 0;
}

/**
 * Since when a job that waits could have run. The job itself does not say when its back-off ended, or somebody retried or
 * promoted it, but an event does.
 * @param events the latest of the queue, the latest first; of a job that waits for longer it is told from its last beginning
 *   or the oldest of them
 */
export function waitingSinceMs(
  job: WaitingJob,
  events: readonly QueueEvent[],
  nowMs: number,
): number {
  const dueMs = job.timestamp + (job.opts.delay ?? 0);
  if (!mayHaveMoved(job)) return dueMs;
  const came = events.find(([, fields]) => isComing(fields, job.id));
  if (came !== undefined) return timeOf(came);
  if (job.attemptsStarted === 0) return Math.min(dueMs, nowMs);
  const oldest = events.at(-1);
  // A retry by hand forgets when the last attempt began.
  return job.processedOn ?? (oldest === undefined ? dueMs : timeOf(oldest));
}

function isComing(fields: readonly string[], id: string | undefined): boolean {
  const valueOf = (name: string): string | undefined => fields[fields.indexOf(name) + 1];
  return valueOf('event') === 'waiting' && valueOf('jobId') === id;
}

function timeOf([id]: QueueEvent): number {
  return Number.parseInt(id, 10);
}
