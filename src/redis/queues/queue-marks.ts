import type { QueueEpoch } from '../../kernel/queue-epochs.js';

/** Where a backend that can lose its jobs shows that it has. */
export interface QueueMarks {
  /** Names the place in `QueueEpochs`. */
  readonly prefix: string;
  /** `mark` is null where there is none (any more). @throws when the backend does not answer in time. */
  read(): Promise<{ readonly mark: string | null; readonly server: string }>;
  /** Sets a mark unless there is one. @returns the one that stands. @throws like {@link read}. */
  set(mark: string): Promise<QueueEpoch>;
}
