import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { JobState, QueueJob } from '@bull-board/api/typings/app';
import { AppError, type ErrorKind } from '../../../kernel/app-error.js';
import { isJobId } from '../new-job.js';
import { answered, unavailable } from '../queue-answer.js';
import type { QueueOperations } from '../queue-operations.js';
import type { Removal } from '../removal.js';

type Operations = Pick<QueueOperations, 'drain' | 'clean' | 'remove' | 'assertRetriable'>;

/**
 * Makes the dashboard remove, retry and promote as the API of administrators does; what that cannot do is refused. A backend
 * that fails, or does not answer within 2 s, is `queue.unavailable`.
 */
export function ruled(adapter: BaseAdapter, operations: Operations): BaseAdapter {
  const name = adapter.getName();
  const getJob = answering(adapter.getJob.bind(adapter));
  const getJobs = answering(adapter.getJobs.bind(adapter));
  const getJobLogs = answering(adapter.getJobLogs.bind(adapter));
  const promoteAll = adapter.promoteAll.bind(adapter);
  adapter.getJob = async (id) => {
    // BullMQ puts keys of its own beside those of the jobs.
    const job = isJobId(id) ? await getJob(id) : undefined;
    return job && ruledJob(job, name, operations);
  };
  adapter.getJobs = async (...asked) => {
    const jobs = await getJobs(...asked);
    return jobs.map((job) => ruledJob(job, name, operations));
  };
  adapter.getJobLogs = (id) => {
    if (isJobId(id)) return getJobLogs(id);
    return rejected('not_found', 'queue.no_such_job', 'there is no such job');
  };
  adapter.getJobCounts = answering(adapter.getJobCounts.bind(adapter));
  adapter.getMetrics = answering(adapter.getMetrics.bind(adapter));
  adapter.getWorkers = answering(adapter.getWorkers.bind(adapter));
  adapter.getRedisInfo = answering(adapter.getRedisInfo.bind(adapter));
  adapter.getDatastoreStats = answering(adapter.getDatastoreStats.bind(adapter));
  adapter.getGlobalConcurrency = answering(adapter.getGlobalConcurrency.bind(adapter));
  adapter.getJobSchedulers = answering(adapter.getJobSchedulers.bind(adapter));
  adapter.getJobSchedulersCount = answering(adapter.getJobSchedulersCount.bind(adapter));
  adapter.isPaused = answering(adapter.isPaused.bind(adapter));
  adapter.pause = answering(adapter.pause.bind(adapter));
  adapter.resume = answering(adapter.resume.bind(adapter));
  // It takes as long as there are jobs: each of its steps is bounded by the backend.
  adapter.promoteAll = () =>
    promoteAll().catch((cause: unknown) => Promise.reject(unavailable(cause)));
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
        return notOffered(`jobs that are ${status} are not removed in bulk`);
    }
  };
  adapter.obliterate = () => notOffered('a queue is not removed');
  return adapter;
}

function ruledJob(job: QueueJob, queue: string, operations: Operations): QueueJob {
  const getState = answering(job.getState.bind(job));
  const retry = job.retry.bind(job);
  const promote = job.promote.bind(job);
  const id = String(job.toJSON().id);
  job.getState = getState;
  job.remove = () => operations.remove(queue, id);
  job.retry = async (state = 'failed') => {
    if (state === 'failed') await operations.assertRetriable(queue, id);
    await whileIn(state, getState, () => retry(state));
  };
  job.promote = () => whileIn('delayed', getState, promote);
  return job;
}

/**
 * What the backend refuses because the job is in another state is no failure of it.
 * @throws AppError `queue.job_not_failed`, `queue.job_not_completed`, `queue.job_not_delayed`, `queue.unavailable`
 */
async function whileIn(
  state: 'failed' | 'completed' | 'delayed',
  getState: () => Promise<JobState>,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (cause) {
    if ((await getState()) === state) throw unavailable(cause);
    throw new AppError('conflict', `queue.job_not_${state}`, `The job is not ${state}.`, { cause });
  }
}

/** The same call, answered in time or not at all. */
function answering<Args extends unknown[], Answer>(
  ask: (...args: Args) => Promise<Answer>,
): (...args: Args) => Promise<Answer> {
  return (...args) => answered(Promise.resolve().then(() => ask(...args)));
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
    const { removed, more } = await remove();
    left = more && removed > 0;
  }
}

function notOffered(message: string): Promise<never> {
  return rejected('forbidden', 'queue.not_offered', message);
}

function rejected(kind: ErrorKind, code: string, message: string): Promise<never> {
  return Promise.reject(new AppError(kind, code, message));
}
