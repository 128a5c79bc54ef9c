import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { QueueJobOptions } from '@bull-board/api/typings/app';
import type { Job, Queue } from 'bullmq';
import { readEnvelope } from '../bullmq/job-envelope.js';
import type { QueueDefinition } from '../queue-definition.js';
import type { Queues } from '../queues.js';
import { hideSealed, shownPayload } from './sealed-payload.js';

/** Shows a BullMQ queue; a job that is added there goes through the same checks as any other. */
export class BullQueueAdapter extends BullMQAdapter {
  constructor(
    private readonly definition: QueueDefinition,
    queue: Queue,
    private readonly queues: Pick<Queues, 'add'>,
  ) {
    super(queue);
    this.setFormatter('data', hideSealed);
  }

  override async addJob(name: string, data: unknown, options: QueueJobOptions): Promise<Job> {
    // "Duplicate" on the dashboard sends what a job carries, the envelope included.
    const payload = shownPayload(readEnvelope(data)?.payload ?? data);
    const delayMs = options.delay ?? 0;
    const { id } = await this.queues.add(this.definition, name, payload, { delayMs });
    const job = await this.getJob(id);
    if (job === undefined || job === null)
      throw new Error(`job ${id} has ended and was removed already`);
    return job;
  }
}
