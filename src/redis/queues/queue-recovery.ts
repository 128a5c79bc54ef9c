import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { FaultLog } from '../../kernel/fault-log.js';
import { newId } from '../../kernel/ids.js';
import { QueueEpochs, type QueueEpoch } from '../../kernel/queue-epochs.js';
import { retryDelayMs } from './job-failure.js';
import { QueueDriver } from './queue-driver.js';
import type { QueueMarks } from './queue-marks.js';
import { QueueRegistry } from './queue-registry.js';

const LOOK_MS = SECOND_MS;
/** Between two tries of what could not be found: the database may be what is away. */
const AGAIN = { delayMs: SECOND_MS, maxDelayMs: MINUTE_MS };

/**
 * Adds again what a queue Redis has lost: it was emptied, or another one with older data stands in its place. A mark
 * that goes with the jobs tells, within a second of its return; the finders that modules give to `Queues.recover` know
 * from the database what should be there.
 */
@Injectable()
export class QueueRecovery {
  readonly #logger = new Logger('Jobs');
  readonly #faults = new FaultLog(this.#logger);
  readonly #stopped = new AbortController();
  #known: QueueEpoch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** The loss that is being made good, what of it is done, and how often the rest has failed. */
  #loss = '';
  readonly #done = new Set<object>();
  #failures = 0;
  #notBeforeMs = 0;

  constructor(
    private readonly registry: QueueRegistry,
    private readonly driver: QueueDriver,
    private readonly epochs: QueueEpochs,
  ) {}

  start(): void {
    const marks = this.driver.marks();
    if (marks === null) return;
    const look = (): void => {
      this.#looking ??= this.#look(marks).finally(() => (this.#looking = undefined));
    };
    look();
    this.#timer = setInterval(look, LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped.abort();
    await this.#looking;
  }

  /** Never rejects. */
  async #look(marks: QueueMarks): Promise<void> {
    let seen: Awaited<ReturnType<QueueMarks['read']>>;
    try {
      seen = await marks.read();
    } catch {
      // It is away: nothing is known, and the queue itself says so.
      return;
    }
    if (isSame(seen, this.#known)) return;
    const isTried = this.#loss === `${seen.mark} ${seen.server}`;
    if (isTried && performance.now() < this.#notBeforeMs) return;
    try {
      const known = await this.epochs.find(marks.prefix);
      // The mark first: what is lost once more from here on, is seen. What stands by now decides, not what was seen.
      const epoch = await marks.set(newId());
      if (known !== undefined && !isSame(epoch, known)) await this.#recover(epoch);
      if (!isSame(epoch, known)) await this.epochs.save(marks.prefix, epoch);
      this.#known = epoch;
    } catch (error) {
      this.#faults.report('recovery of the queues', error);
    }
  }

  /** All processes that work do it at the same time: the same jobs get the same ids. */
  async #recover({ mark, server }: QueueEpoch): Promise<void> {
    this.#logger.warn('the queue Redis may have lost jobs: what is due is added again');
    const loss = `${mark} ${server}`;
    if (loss !== this.#loss) {
      this.#loss = loss;
      this.#done.clear();
      this.#failures = 0;
    }
    const id = createHash('sha256').update(loss).digest('hex').slice(0, 16);
    const { signal } = this.#stopped;
    const ended = await Promise.allSettled(
      // Each once: what has found its jobs does not add them again because another could not.
      this.registry.finders
        .filter((finder) => !this.#done.has(finder))
        .map(async (finder) => {
          const { queue, job, find } = finder;
          const added = await find({ id, signal });
          this.#done.add(finder);
          if (added > 0) this.#logger.log(`${added} job(s) "${job}" of "${queue}" recovered`);
        }),
    );
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed === undefined) return;
    this.#failures += 1;
    this.#notBeforeMs = performance.now() + retryDelayMs(AGAIN, this.#failures);
    throw failed.reason;
  }
}

function isSame(
  seen: { readonly mark: string | null; readonly server: string },
  known: QueueEpoch | undefined,
): boolean {
  return seen.mark === known?.mark && seen.server === known?.server;
}
