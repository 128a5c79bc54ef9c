/** What the queue Redis looked like when all that had to be in it was. */
export interface QueueEpoch {
  /** The mark that stands beside the queues, and goes with them. */
  readonly mark: string;
  /** Which run of which server: after another one it may lack what came last. */
  readonly server: string;
}

/** Remembers, outside the queue Redis, what it should hold. In the database, one for each key prefix. */
export abstract class QueueEpochs {
  abstract find(prefix: string): Promise<QueueEpoch | undefined>;
  abstract save(prefix: string, epoch: QueueEpoch): Promise<void>;
}
