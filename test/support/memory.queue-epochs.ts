import { QueueEpochs, type QueueEpoch } from '../../src/kernel/queue-epochs.js';

/** For queues without a database. */
export class MemoryQueueEpochs extends QueueEpochs {
  readonly kept = new Map<string, QueueEpoch>();

  override async find(prefix: string): Promise<QueueEpoch | undefined> {
    return this.kept.get(prefix);
  }

  override async save(prefix: string, epoch: QueueEpoch): Promise<void> {
    this.kept.set(prefix, epoch);
  }
}
