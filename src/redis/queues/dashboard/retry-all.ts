import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { QueueJob } from '@bull-board/api/typings/app';
import { AppError } from '../../../kernel/app-error.js';

type Ended = 'failed' | 'completed';

/** Jobs that are read, and retried, together. */
const PAGE = 100;
/** No other page is begun afterwards: whoever has called is to hear what was done. */
const RETRY_MS = 20_000;

/** What a call to retry all has come to; `skipped` cannot be retried, or is left to another call. */
export interface RetriedJobs {
  readonly retried: number;
  readonly skipped: number;
}

/** Whether jobs of that state can be retried. */
export function isEnded(state: unknown): state is Ended {
  return state === 'failed' || state === 'completed';
}

/**
 * Retries the jobs that have ended so, each once, the oldest first: what fails again meanwhile comes before them in the list,
 * and would hide them from whoever begins with the latest.
 * @throws what the first page throws, when nothing was retried before
 */
export async function retryAll(
  queue: Pick<BaseAdapter, 'getJobs' | 'getJobCounts'>,
  state: Ended,
  nowMs: () => number = () => performance.now(),
): Promise<RetriedJobs> {
  const endMs = nowMs() + RETRY_MS;
  const countOf = async (): Promise<number> => (await queue.getJobCounts())[state] ?? 0;
  const total = await countOf();
  const seen = new Set<string>();
  let retried = 0;
  /** Refused ones stay where they are: at the end of the list. */
  let refused = 0;
  while (seen.size < total && nowMs() < endMs) {
    const end = (await countOf()) - refused;
    if (end <= 0) break;
    const page = await queue.getJobs([state], Math.max(0, end - PAGE), end - 1);
    const jobs = page.filter((job) => !seen.has(idOf(job)));
    if (jobs.length === 0) break;
    for (const job of jobs) seen.add(idOf(job));
    const outcomes = await Promise.allSettled(jobs.map((job) => job.retry(state)));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') retried += 1;
      else if (isRefusal(outcome.reason)) refused += 1;
    }
    const failure = outcomes.find(
      (outcome) => outcome.status === 'rejected' && !isRefusal(outcome.reason),
    );
    if (failure?.status === 'rejected') {
      if (retried === 0) throw failure.reason;
      break;
    }
  }
  return { retried, skipped: Math.max(0, total - retried) };
}

function idOf(job: QueueJob): string {
  return String(job.toJSON().id);
}

/** It was replayed already, or has gone on to another state meanwhile. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'conflict';
}
