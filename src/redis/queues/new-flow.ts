import { AppError } from '../../kernel/app-error.js';
import { newId } from '../../kernel/ids.js';
import type { FlowChild, FlowJob } from './flow.js';
import { newJob, type NewJob } from './new-job.js';
import type { QueueDefinition } from './queue-definition.js';
import type { QueueRegistry } from './queue-registry.js';

/** A flow that has been checked. */
export interface NewFlow {
  readonly parent: NewFlowJob;
  readonly children: readonly (NewFlowJob & { readonly failsParent: boolean })[];
}

export interface NewFlowJob {
  readonly queue: QueueDefinition;
  readonly job: NewJob;
}

/** What one transaction of the backend takes. */
const MAX_CHILDREN = 1_000;
const MAX_PARENT_ID_LENGTH = 190;

/** The id of a child: the same for the same place in the same flow, so that adding a flow again adds nothing. */
function childId(parentId: string, index: number): string {
  return `${parentId}-${index}`;
}

/**
 * Checks a flow that is to be added.
 * @throws AppError like `newJob`; `queue.invalid_flow` (invalid) without children or with more than 1,000.
 */
export function newFlow(
  registry: Pick<QueueRegistry, 'get' | 'keys'>,
  parent: FlowJob & { readonly id?: string },
  children: readonly FlowChild[],
  correlationId: string,
): NewFlow {
  const { id = newId() } = parent;
  if (children.length === 0 || children.length > MAX_CHILDREN || id.length > MAX_PARENT_ID_LENGTH) {
    throw new AppError(
      'invalid',
      'queue.invalid_flow',
      `a flow has 1 to ${MAX_CHILDREN} children, and an id of at most ${MAX_PARENT_ID_LENGTH} characters`,
    );
  }
  const checked = ({ queue: name, job, payload, priority }: FlowJob, jobId: string): NewFlowJob => {
    const queue = registry.get(name);
    const options = { id: jobId, ...(priority && { priority }) };
    return { queue, job: newJob(queue, job, payload, options, correlationId, registry.keys) };
  };
  return {
    parent: checked(parent, id),
    children: children.map((child, index) => ({
      ...checked(child, childId(id, index)),
      failsParent: child.onFailure === 'fail-parent',
    })),
  };
}
