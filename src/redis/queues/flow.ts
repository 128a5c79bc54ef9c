import type { PriorityName } from './job-priority.js';
import type { JobName, JobPayload, QueueDefinition } from './queue-definition.js';

/** A job of a flow, whose payload fits its queue; {@link flowJob} makes them. */
export interface FlowJob {
  readonly queue: string;
  readonly job: string;
  readonly payload: unknown;
  readonly priority?: PriorityName;
}

export interface FlowChild extends FlowJob {
  /** What becomes of the parent when this one fails for good: it fails too, or goes on without its result. */
  readonly onFailure: 'fail-parent' | 'go-on';
}

/** What a parent sees of a child that has ended. */
export interface ChildResult {
  readonly id: string;
  readonly result: unknown;
  /** null: it completed. */
  readonly failedReason: string | null;
}

export function flowJob<Q extends QueueDefinition, J extends JobName<Q>>(
  queue: Q,
  job: J,
  payload: JobPayload<Q, J>,
  options: Pick<FlowJob, 'priority'> = {},
): FlowJob {
  return { queue: queue.name, job, payload, ...options };
}

/** In the order in which the children were given; a backend may tell of them in any. */
export function inFlowOrder(children: readonly ChildResult[]): ChildResult[] {
  const place = ({ id }: ChildResult): number => Number(id.slice(id.lastIndexOf('-') + 1));
  return [...children].sort((a, b) => place(a) - place(b));
}
