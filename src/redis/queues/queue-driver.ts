import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { AppError } from '../../kernel/app-error.js';
import type { Correlation } from '../../kernel/correlation.js';
import type { DeadJob } from '../../kernel/dead-letters.js';
import type { FlowChild, FlowJob } from './flow.js';
import { newFlow, type NewFlow } from './new-flow.js';
import { isJobId, newJob, type NewJob } from './new-job.js';
import type { JobName, JobPayload, QueueDefinition } from './queue-definition.js';
import type { QueueMarks } from './queue-marks.js';
import type { QueueReport, RunningJob } from './queue-report.js';
import type { QueueRegistry } from './queue-registry.js';
import {
  Queues,
  type AddJobOptions,
  type Cancellation,
  type JobFinder,
  type JobProcessors,
} from './queues.js';

/** For the jobs that a worker runs beside those that it does not take. */
export const RESTART_GRACE_MS = 5_000;

/** What both backends share, and what the application's life cycle asks of either. */
export abstract class QueueDriver extends Queues {
  constructor(
    protected readonly registry: QueueRegistry,
    protected readonly correlation: Correlation,
  ) {
    super();
  }

  override add<Q extends QueueDefinition, J extends JobName<Q>>(
    queue: Q,
    job: J,
    payload: JobPayload<Q, J>,
    options: AddJobOptions = {},
  ): Promise<{ id: string }> {
    return this.addByName(queue.name, job, payload, options);
  }

  override async addByName(
    name: string,
    job: string,
    payload: unknown,
    options: AddJobOptions = {},
  ): Promise<{ id: string }> {
    const queue = this.registry.get(name);
    const { keys } = this.registry;
    const checked = newJob(queue, job, payload, options, this.correlation.find(), keys);
    const refusal = this.refusal();
    if (refusal !== null) await refuse(refusal);
    try {
      return { id: await this.enqueue(queue, checked) };
    } catch (cause) {
      throw unavailable(`the queue "${queue.name}" did not take the job`, cause);
    }
  }

  override async addFlow(
    parent: FlowJob & { readonly id?: string },
    children: readonly FlowChild[],
  ): Promise<{ id: string }> {
    const flow = newFlow(this.registry, parent, children, this.correlation.current());
    await refuse(this.refusal());
    try {
      await this.enqueueFlow(flow);
    } catch (cause) {
      throw unavailable(`the queue "${parent.queue}" did not take the flow`, cause);
    }
    return { id: flow.parent.job.id };
  }

  override async cancel(name: string, id: string): Promise<Cancellation> {
    const queue = this.registry.get(name);
    if (!isJobId(id)) return 'gone';
    try {
      return await this.take(queue, id);
    } catch (cause) {
      throw unavailable(`the queue "${queue.name}" did not answer`, cause);
    }
  }

  override recover<Q extends QueueDefinition>(
    queue: Q,
    finders: { readonly [J in JobName<Q>]?: JobFinder },
  ): void {
    this.registry.recover(queue.name, finders);
  }

  override process<Q extends QueueDefinition>(queue: Q, processors: JobProcessors<Q>): void {
    this.registry.register(queue, processors);
  }

  /** Why the backend must not be used as it is at this moment; null: it may. */
  abstract refusal(): AppError | null | Promise<AppError | null>;
  /** Shows whether jobs were lost; null: the backend loses none. */
  abstract marks(): QueueMarks | null;
  /** Makes ready what adding jobs needs, in every role. @throws AppError when the backend must not be used as it is. */
  abstract open(): Promise<void>;
  /** Starts to run the jobs of all declared queues. */
  abstract start(): Promise<void>;
  /**
   * Takes no more jobs, gives the running ones `graceMs` to finish, aborts the rest and hands them back
   * without counting the attempt. Bounded by `graceMs` and about 3 s. Jobs can still be added afterwards.
   */
  abstract stop(graceMs: number): Promise<void>;
  /**
   * Replaces the worker of a queue, if there is one: gives its jobs {@link RESTART_GRACE_MS} to end. Bounded as
   * {@link stop} is.
   */
  abstract restart(queue: QueueDefinition): Promise<void>;
  /** Whether a job that is due may begin: the queue is not paused, and within its rate limit. @throws like {@link report}. */
  abstract mayBegin(queue: QueueDefinition): Promise<boolean>;
  /** @throws when the backend does not answer in time. */
  abstract report(queue: QueueDefinition): Promise<QueueReport>;
  /** Those that run, the latest begun first. @throws like {@link report}. */
  abstract running(queue: QueueDefinition, limit: number): Promise<RunningJob[]>;
  /** Removes jobs of the state that ended more than `olderThanMs` ago. @returns how many. @throws like {@link report}. */
  abstract clean(
    queue: QueueDefinition,
    state: 'completed' | 'failed',
    olderThanMs: number,
  ): Promise<number>;
  /**
   * Removes the oldest of the completed jobs until the payloads and results of the others have `bytes` at most.
   * @returns how many. @throws like {@link report}.
   */
  abstract trimCompleted(queue: QueueDefinition, bytes: number): Promise<number>;
  /** While a queue is paused nothing of it begins; what runs goes on. @throws like {@link report}. */
  abstract setPaused(queue: QueueDefinition, paused: boolean): Promise<void>;
  /** Removes everything that waits or is delayed, and nothing that runs. @returns how many. @throws like {@link report}. */
  abstract drain(queue: QueueDefinition): Promise<number>;
  /** Those that failed for good and are still kept, the latest first; null: not one of ours. @throws like {@link report}. */
  abstract failed(
    queue: QueueDefinition,
    offset: number,
    limit: number,
  ): Promise<(DeadJob | null)[]>;
  /** Removes a job that has failed, and none that is in another state. @throws like {@link report}. */
  abstract removeFailed(queue: QueueDefinition, id: string): Promise<void>;
  /** How the dashboard sees the queue. */
  abstract dashboardAdapter(queue: QueueDefinition): BaseAdapter;

  /**
   * Keeps the job, once per queue and id, within a bounded time. Any rejection means "not known to be kept".
   * @returns the id of the job that stands: its own, or that of one with the same key.
   */
  protected abstract enqueue(queue: QueueDefinition, job: NewJob): Promise<string>;
  /** Keeps the flow, whole or not at all, unless its parent's id is kept already; within a bounded time. */
  protected abstract enqueueFlow(flow: NewFlow): Promise<void>;
  /** {@link cancel}, within a bounded time. */
  protected abstract take(queue: QueueDefinition, id: string): Promise<Cancellation>;
}

async function refuse(asked: AppError | null | Promise<AppError | null>): Promise<void> {
  const refusal = await asked;
  if (refusal !== null) throw refusal;
}

function unavailable(message: string, cause: unknown): AppError {
  return new AppError('unavailable', 'queue.unavailable', message, { cause });
}
