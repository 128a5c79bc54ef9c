import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { Logger } from '@nestjs/common';
import { Queue, type Job } from 'bullmq';
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
import type { NewJob } from '../new-job.js';
import type { QueueDefinition } from '../queue-definition.js';
import { QueueDriver } from '../queue-driver.js';
import type { Cancellation } from '../queues.js';
import type { QueueReport } from '../queue-report.js';
import type { QueueRegistry } from '../queue-registry.js';
import { BullWorker } from './bull-worker.js';
import { cleanFinished, deadJobOf, drainWaiting, reportOf } from './bull-report.js';
import { refuseEviction } from './eviction-policy.js';
import { JobCancellations } from './job-cancellations.js';
import { envelopeOf, type JobEnvelope } from './job-envelope.js';

/** Jobs go through BullMQ on the queue Redis: any process adds, every worker process runs. */
export class BullQueues extends QueueDriver {
  readonly #faults = new FaultLog(new Logger('Jobs'));
  readonly #queues = new Map<string, Queue<JobEnvelope>>();
  readonly #prefix: string;
  #workers: BullWorker[] = [];
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
  }

  override async open(): Promise<void> {
    const client = this.#connection();
    if (!(await this.connections.waitUntilReady(client))) {
      // Whatever does not need a queue works without; jobs are refused as unavailable until it is there.
      new Logger('Jobs').warn('the queue Redis is away: its maxmemory-policy could not be checked');
      return;
    }
    await refuseEviction(client, this.config.production);
  }

  override async start(): Promise<void> {
    const client = this.connections.create('worker');
    this.#workers = this.registry.queues.map(
      (queue) => new BullWorker(queue, this.runner, client, this.#prefix),
    );
    for (const worker of this.#workers) worker.start();
  }

  override async stop(graceMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(graceMs)));
    this.#workers = [];
  }

  override report(queue: QueueDefinition): Promise<QueueReport> {
    return reportOf(this.#queue(queue), this.#connection());
  }

  override clean(
    queue: QueueDefinition,
    state: 'completed' | 'failed',
    olderThanMs: number,
  ): Promise<number> {
    return cleanFinished(this.#queue(queue), state, olderThanMs);
  }

  override async setPaused(queue: QueueDefinition, paused: boolean): Promise<void> {
    const bull = this.#queue(queue);
    await (paused ? bull.pause() : bull.resume());
  }

  override drain(queue: QueueDefinition): Promise<number> {
    return drainWaiting(this.#queue(queue));
  }

  override async failed(
    queue: QueueDefinition,
    offset: number,
    limit: number,
  ): Promise<(DeadJob | null)[]> {
    const jobs = await this.#queue(queue).getFailed(offset, offset + limit - 1);
    return jobs.map((job) => deadJobOf(queue.name, job));
  }

  override async removeFailed(queue: QueueDefinition, id: string): Promise<void> {
    const job = await this.#queue(queue).getJob(id);
    if (await job?.isFailed()) await job?.remove();
  }

  override dashboardAdapter(queue: QueueDefinition): BaseAdapter {
    return new BullQueueAdapter(queue, this.#queue(queue), this);
  }

  protected override async enqueue(queue: QueueDefinition, job: NewJob): Promise<string> {
    const { dedupe } = job;
    const added = await this.#answer(
      this.#queue(queue).add(job.name, envelopeOf(job), {
        jobId: job.id,
        priority: job.priority,
        delay: job.delayMs,
        ...(dedupe && { deduplication: { id: dedupe.key, ttl: dedupe.ttlMs } }),
      }),
    );
    return added.id ?? job.id;
  }

  protected override async take(queue: QueueDefinition, id: string): Promise<Cancellation> {
    const job = await this.#answer(this.#queue(queue).getJob(id));
    if (job === undefined) return 'gone';
    const state = await this.#answer(job.getState());
    if (state === 'completed' || state === 'failed' || state === 'unknown') return 'gone';
    if (state !== 'active' && (await this.#answer(removed(job)))) return 'removed';
    await this.#answer(new JobCancellations(this.#connection(), this.#prefix, queue.name).ask(id));
    return 'asked';
  }

  /** @throws AppError `queue.timeout` */
  async #answer<T>(asked: Promise<T>): Promise<T> {
    const timeoutMs = this.config.redis.connectTimeoutMs + this.config.redis.commandTimeoutMs;
    if (!(await settlesWithin(asked, timeoutMs))) {
      throw new AppError('timeout', 'queue.timeout', `no answer within ${timeoutMs} ms`);
    }
    return asked;
  }

  #queue(queue: QueueDefinition): Queue<JobEnvelope> {
    let bull = this.#queues.get(queue.name);
    if (bull === undefined) {
      bull = this.#createQueue(queue);
      this.#queues.set(queue.name, bull);
    }
    return bull;
  }

  #createQueue({ name, attempts, retention }: QueueDefinition): Queue<JobEnvelope> {
    const queue = new Queue<JobEnvelope>(name, {
      connection: this.#connection(),
      prefix: this.#prefix,
      // Otherwise a Redis that is away at this moment would leave the queue broken for good.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      defaultJobOptions: {
        attempts,
        // The delays are the workers' affair: any type but BullMQ's own two asks their strategy.
        backoff: { type: 'declared' },
        removeOnComplete: keep(retention.completedMs, retention.completedCount),
        removeOnFail: keep(retention.failedMs, retention.failedCount),
      },
    });
    queue.on('error', (error) => this.#faults.report(`queue "${name}"`, error));
    return queue;
  }

  #connection(): RedisClient {
    this.#client ??= this.connections.create('queue');
    return this.#client;
  }
}

/** Whether it is gone: a worker that has just begun it holds it. */
async function removed(job: Job): Promise<boolean> {
  try {
    await job.remove();
    return true;
  } catch (error) {
    if (await job.isActive()) return false;
    throw error;
  }
}

function keep(ms: number, count: number): { age: number; count: number } {
  return { age: Math.max(1, Math.ceil(ms / 1_000)), count };
}
