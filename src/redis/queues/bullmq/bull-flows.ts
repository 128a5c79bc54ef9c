import { FlowProducer, type Job, type JobsOptions } from 'bullmq';
import type { RedisClient } from '../../connection/create-client.js';
import { inFlowOrder, type ChildResult } from '../flow.js';
import type { NewFlow, NewFlowJob } from '../new-flow.js';
import type { QueueDefinition } from '../queue-definition.js';
import { envelopeOf } from './job-envelope.js';

/** How BullMQ is to treat every job of a queue. */
export function jobOptionsOf({ attempts, retention }: QueueDefinition) {
  return {
    attempts,
    // The delays are the workers' affair: any type but BullMQ's own two asks their strategy.
    backoff: { type: 'declared' },
    removeOnComplete: keep(retention.completedMs, retention.completedCount),
    removeOnFail: keep(retention.failedMs, retention.failedCount),
  };
}

/** Adds parents with their children: all keys are in one slot, so that is one transaction. */
export class BullFlows {
  #producer: FlowProducer | undefined;

  constructor(
    private readonly client: () => RedisClient,
    private readonly prefix: string,
    private readonly onError: (error: Error) => void,
  ) {}

  async add({ parent, children }: NewFlow): Promise<void> {
    await this.#get().add({
      ...this.#node(parent),
      children: children.map((child) =>
        this.#node(
          child,
          // Without either a parent would wait for ever (taskforcesh/bullmq#3362).
          child.failsParent ? { failParentOnFailure: true } : { ignoreDependencyOnFailure: true },
        ),
      ),
    });
  }

  #node({ queue, job }: NewFlowJob, options: Partial<JobsOptions> = {}) {
    return {
      queueName: queue.name,
      name: job.name,
      data: envelopeOf(job),
      opts: { ...jobOptionsOf(queue), jobId: job.id, priority: job.priority, ...options },
    };
  }

  #get(): FlowProducer {
    if (this.#producer === undefined) {
      const connection = this.client();
      const options = { connection, prefix: this.prefix };
      // Otherwise a Redis that is away at this moment would leave it broken for good.
      const ready = { skipWaitingForReady: true, skipVersionCheck: true };
      this.#producer = new FlowProducer({ ...options, ...ready });
      this.#producer.on('error', this.onError);
    }
    return this.#producer;
  }
}

/** What the children of a parent came to, those that failed without failing it included. */
export async function childrenOf(job: Job): Promise<ChildResult[]> {
  const [results, failures] = await Promise.all([
    job.getChildrenValues<unknown>(),
    job.getIgnoredChildrenFailures(),
  ]);
  const idOf = (key: string): string => key.slice(key.lastIndexOf(':') + 1);
  return inFlowOrder([
    ...Object.entries(results ?? {}).map(([key, result]) => ({
      id: idOf(key),
      result,
      failedReason: null,
    })),
    ...Object.entries(failures ?? {}).map(([key, failedReason]) => ({
      id: idOf(key),
      result: null,
      failedReason,
    })),
  ]);
}

function keep(ms: number, count: number): { age: number; count: number } {
  return { age: Math.max(1, Math.ceil(ms / 1_000)), count };
}
