import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { Logger } from '@nestjs/common';
import { Job, Queue } from 'bullmq';
import type { Config } from '../../../config/config.js';
import { AppError } from '../../../kernel/app-error.js';
import type { Correlation } from '../../../kernel/correlation.js';
import type { DeadJob } from '../../../kernel/dead-letters.js';
import type { RedisClient } from '../../connection/create-client.js';
import { settlesWithin } from '../../../kernel/deadline.js';
import { FaultLog } from '../../../kernel/fault-log.js';
import type { RedisConnections } from '../../connection/redis-connections.js';
import { BullQueueAdapter } from '../dashboard/bull-queue.adapter.js';
import type { JobRunner } from '../job-runner.js';
import type { NewFlow } from '../new-flow.js';
import type { NewJob } from '../new-job.js';
import type { QueueDefinition } from '../queue-definition.js';
import {
  QueueDriver,
  RESTART_GRACE_MS,
  type FoundJob,
  type KeptJob,
  type WaitingState,
} from '../queue-driver.js';
import type { Cancellation } from '../queues.js';
import type { QueueMarks } from '../queue-marks.js';
import type { QueueReport, RunningJob } from '../queue-report.js';
import type { QueueRegistry } from '../queue-registry.js';
import { BullFlows, jobOptionsOf } from './bull-flows.js';
import { removeJobs, waitingJobs } from './bull-removals.js';
import { BullWorker } from './bull-worker.js';
import {
  cleanFinished,
  deadJobOf,
  keptJobOf,
  reportOf,
  runningJobOf,
  trimCompleted,
} from './bull-report.js';
import { EvictionGuard } from './eviction-guard.js';
import { JobCancellations } from './job-cancellations.js';
import { RedisMarks } from './redis-marks.js';
import { envelopeOf, type JobEnvelope } from './job-envelope.js';

/** Jobs go through BullMQ on the queue Redis: any process adds, every worker process runs. */
export class BullQueues extends QueueDriver {
  readonly #faults = new FaultLog(new Logger('Jobs'));
  readonly #queues = new Map<string, Queue<JobEnvelope>>();
  readonly #prefix: string;
  readonly #eviction: EvictionGuard;
  readonly #flows: BullFlows;
  readonly #workers = new Map<string, BullWorker>();
  /** No job may begin. */
  #held = true;
  #work: RedisClient | undefined;
  #client: RedisClient | undefined;

  constructor(
    registry: QueueRegistry,
    correlation: Correlation,
    private readonly runner: JobRunner,
    private readonly connections: RedisConnections,
    private readonly config: Pick<Config, 'redis' | 'production'>,
  ) {
    super(registry, correlation);
    // Braces: on a Cluster all keys of all queues then share a slot, as BullMQ's scripts need.
    this.#prefix = `{${config.redis.keyPrefix}}:q`;
    this.#eviction = new EvictionGuard(config.production);
    const onError = (error: Error): void => this.#faults.report('flows', error);
    this.#flows = new BullFlows(() => this.#connection(), this.#prefix, onError);
  }

  override async open(): Promise<void> {
    const client = this.#connection();
    this.#eviction.watch(client);
    if (!(await this.connections.waitUntilReady(client))) {
      // Whatever does not need a queue works without; jobs are refused as unavailable until it is there.
      new Logger('Jobs').warn(
        'the queue Redis is away: its maxmemory-policy is checked on its return',
      );
      return;
    }
    const refusal = await this.refusal();
    if (refusal !== null) throw refusal;
  }

  override marks(): QueueMarks {
    return new RedisMarks(this.#prefix, this.#connection());
  }

  override refusal(): AppError | null | Promise<AppError | null> {
    return this.#eviction.refusal();
  }

  override async start(): Promise<void> {
    for (const queue of this.registry.queues) this.#createWorker(queue);
    // Not before it is known what the queue Redis does: it may have been away until now.
    this.#eviction.onVerdict((good) => {
      this.#held = !good;
      for (const worker of this.#workers.values()) worker.setHeld(this.#held);
    });
  }

  override async stop(graceMs: number): Promise<void> {
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.stop(graceMs)));
  }

  override async restart(queue: QueueDefinition): Promise<void> {
    const worker = this.#workers.get(queue.name);
    await worker?.stop(RESTART_GRACE_MS);
    // Unless all was stopped meanwhile.
    if (worker === undefined || worker !== this.#workers.get(queue.name)) return;
    this.#createWorker(queue).setHeld(this.#held);
  }

  override async mayBegin(queue: QueueDefinition): Promise<boolean> {
    if (this.#held) return false;
    const bull = this.#queue(queue);
    if (await bull.isPaused()) return false;
    return queue.rateLimit === null || (await bull.getRateLimitTtl(queue.rateLimit.max)) <= 0;
  }

  override report(queue: QueueDefinition): Promise<QueueReport> {
    return reportOf(this.#queue(queue), this.#connection());
  }

  override async running(queue: QueueDefinition, limit: number): Promise<RunningJob[]> {
    return (await this.#queue(queue).getActive(0, limit - 1)).map(runningJobOf);
  }

  override clean(
    queue: QueueDefinition,
    state: 'completed' | 'failed',
    olderThanMs: number,
    limit: number,
  ): Promise<number> {
    return cleanFinished(this.#queue(queue), state, olderThanMs, limit);
  }

  override trimCompleted(queue: QueueDefinition, bytes: number): Promise<number> {
    return trimCompleted(this.#queue(queue), this.#connection(), bytes);
  }

  override async setPaused(queue: QueueDefinition, paused: boolean): Promise<void> {
    const bull = this.#queue(queue);
    await (paused ? bull.pause() : bull.resume());
  }

  override async waiting(
    queue: QueueDefinition,
    states: readonly WaitingState[],
    limit: number,
  ): Promise<KeptJob[]> {
    return (await waitingJobs(this.#queue(queue), states, limit)).map(keptJobOf);
  }

  override async find(queue: QueueDefinition, id: string): Promise<FoundJob | undefined> {
    const job = await this.#queue(queue).getJob(id);
    const state = await job?.getState();
    if (job === undefined || state === undefined || state === 'unknown') return undefined;
    return { state: state === 'prioritized' ? 'waiting' : state, job: deadJobOf(queue.name, job) };
  }

  override remove(queue: QueueDefinition, ids: readonly string[]): Promise<string[]> {
    return removeJobs(this.#queue(queue), this.#connection(), ids);
  }

  override async failed(
    queue: QueueDefinition,
    offset: number,
    limit: number,
  ): Promise<(DeadJob | null)[]> {
    const jobs = await this.#queue(queue).getFailed(offset, offset + limit - 1);
    return jobs.map((job) => deadJobOf(queue.name, job));
  }

  override dashboardAdapter(queue: QueueDefinition): BaseAdapter {
    return new BullQueueAdapter(queue, this.#queue(queue), this);
  }

  protected override async enqueue(queue: QueueDefinition, job: NewJob): Promise<string> {
    const { dedupe } = job;
    const bull = this.#queue(queue);
    // What `Queue.add` does beside this is a trace that nobody collects and an event that nobody hears.
    const adding = Job.create(bull, job.name, envelopeOf(job), {
      ...bull.jobsOpts,
      jobId: job.id,
      priority: job.priority,
      delay: job.delayMs,
      ...(dedupe && { deduplication: { id: dedupe.key, ttl: dedupe.ttlMs } }),
    });
    return (await this.#answer(adding)).id ?? job.id;
  }

  protected override async enqueueFlow(flow: NewFlow): Promise<void> {
    const { queue, job } = flow.parent;
    // BullMQ would add the children of a parent that has ended once more.
    if ((await this.#answer(this.#queue(queue).getJob(job.id))) !== undefined) return;
    await this.#answer(this.#flows.add(flow));
  }

  protected override async take(queue: QueueDefinition, id: string): Promise<Cancellation> {
    const job = await this.#answer(this.#queue(queue).getJob(id));
    if (job === undefined) return 'gone';
    const state = await this.#answer(job.getState());
    if (state === 'completed' || state === 'failed' || state === 'unknown') return 'gone';
    if (state !== 'active') {
      const removed = await this.#answer(this.remove(queue, [id]));
      if (removed.length > 0) return 'removed';
      // A worker has just begun it; or it went on to another state meanwhile.
      if (!(await this.#answer(job.isActive()))) throw new Error(`job ${id} was about to begin`);
    }
    await this.#answer(new JobCancellations(this.#connection(), this.#prefix, queue.name).ask(id));
    return 'asked';
  }

  /** @throws AppError `queue.timeout` */
  #answer<T>(asked: Promise<T>): Promise<T> {
    // The connection bounds each command that it has taken itself, and fails those under way when it is lost.
    if (this.#client?.status === 'ready') return asked;
    return this.#withinPatience(asked);
  }

  async #withinPatience<T>(asked: Promise<T>): Promise<T> {
    const timeoutMs = this.config.redis.connectTimeoutMs + this.config.redis.commandTimeoutMs;
    if (!(await settlesWithin(asked, timeoutMs))) {
      throw new AppError('timeout', 'queue.timeout', `no answer within ${timeoutMs} ms`);
    }
    return asked;
  }

  #createWorker(queue: QueueDefinition): BullWorker {
    // One that has ended does not come back by itself.
    if (this.#work === undefined || this.#work.status === 'end') {
      this.#work = this.connections.create('worker');
    }
    const worker = new BullWorker(queue, this.runner, this.#work, this.#prefix);
    this.#workers.set(queue.name, worker);
    return worker;
  }

  #queue(queue: QueueDefinition): Queue<JobEnvelope> {
    let bull = this.#queues.get(queue.name);
    if (bull === undefined) {
      bull = this.#createQueue(queue);
      this.#queues.set(queue.name, bull);
    }
    return bull;
  }

  #createQueue(definition: QueueDefinition): Queue<JobEnvelope> {
    const { name } = definition;
    const queue = new Queue<JobEnvelope>(name, {
      connection: this.#connection(),
      prefix: this.#prefix,
      // Otherwise a Redis that is away at this moment would leave the queue broken for good.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      defaultJobOptions: jobOptionsOf(definition),
    });
    queue.on('error', (error) => this.#faults.report(`queue "${name}"`, error));
    return queue;
  }

  #connection(): RedisClient {
    this.#client ??= this.connections.create('queue');
    return this.#client;
  }
}
