import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { JobState, QueueJob } from '@bull-board/api/typings/app';
import { AppError } from '../../../kernel/app-error.js';
import type { QueueOperations } from '../queue-operations.js';
import type { Removal } from '../removal.js';
import { asBoardError } from './board-error.js';

type Operations = Pick<QueueOperations, 'drain' | 'clean' | 'remove' | 'assertRetriable'>;

/** Makes the dashboard remove and retry as the API of administrators does; what that cannot do is refused. */
export function ruled(adapter: BaseAdapter, operations: Operations): BaseAdapter {
  const name = adapter.getName();
  const getJob = adapter.getJob.bind(adapter);
  const getJobs = adapter.getJobs.bind(adapter);
  adapter.getJob = async (id) => {
    const job = await getJob(id);
    return job && ruledJob(job, name, operations);
  };
  adapter.getJobs = async (...asked) => {
    const jobs = await getJobs(...asked);
    return jobs.map((job) => ruledJob(job, name, operations));
  };
  adapter.empty = () => toTheEnd(() => operations.drain(name, ['waiting']));
  adapter.clean = (status: string, olderThanMs) => {
    switch (status) {
      case 'completed':
      case 'failed':
        return toTheEnd(() => operations.clean(name, status, olderThanMs));
      case 'wait':
      case 'waiting':
      case 'prioritized':
        return toTheEnd(() => operations.drain(name, ['waiting']));
      case 'delayed':
        return toTheEnd(() => operations.drain(name, ['delayed']));
      default:
        return refused(`jobs that are ${status} are not removed in bulk`);
    }
  };
  adapter.obliterate = () => refused('a queue is not removed');
  return adapter;
}

function ruledJob(job: QueueJob, queue: string, operations: Operations): QueueJob {
  const retry = job.retry.bind(job);
  const promote = job.promote.bind(job);
  const id = String(job.toJSON().id);
  job.remove = () => asBoardError(operations.remove(queue, id));
  job.retry = async (state) => {
    if ((state ?? 'failed') === 'failed') await asBoardError(operations.assertRetriable(queue, id));
    return retry(state);
  };
  job.promote = () => asBoardError(whileIn('delayed', job, promote));
  return job;
}

/** What the backend refuses because the job is in another state is no failure of it. @throws AppError `queue.job_not_delayed` */
async function whileIn(state: JobState, job: QueueJob, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if ((await job.getState()) === state) throw error;
    throw new AppError('conflict', `queue.job_not_${state}`, `The job is not ${state}.`, {
      cause: error,
    });
  }
}

/** Each takes about a second. */
const MAX_ROUNDS = 30;

/**
 * The board has no words for "more is left", but shows it: what producers add as quickly as it is removed, or what cannot be
 * removed at the moment, must not keep the request for ever.
 */
async function toTheEnd(remove: () => Promise<Removal>): Promise<void> {
  let left = true;
  for (let round = 0; left && round < MAX_ROUNDS; round += 1) {
    const { removed, more } = await asBoardError(remove());
    left = more && removed > 0;
  }
}

function refused(message: string): Promise<never> {
  return asBoardError(Promise.reject(new AppError('forbidden', 'queue.not_offered', message)));
}
