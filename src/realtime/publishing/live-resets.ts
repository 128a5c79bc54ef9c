import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SECOND_MS } from '../../kernel/duration.js';
import { FaultLog } from '../../kernel/fault-log.js';
import { OwedLiveResets } from '../../kernel/owed-live-resets.js';
import { PubSub } from '../../redis/index.js';

const LOOK_MS = 2 * SECOND_MS;
const BATCH = 100;

/**
 * Durable channels of which a message could not be published. Who follows them must not take what comes next for all
 * there is: once Redis is back they begin anew, with a snapshot. The list is in the database, and whichever process
 * reaches Redis works it off.
 */
@Injectable()
export class LiveResets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #faults = new FaultLog(new Logger(LiveResets.name));
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    private readonly pubSub: PubSub,
    private readonly owed: OwedLiveResets,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.settle(), LOOK_MS).unref();
    void this.settle();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Rejects when the database does not take it: then it must be published again, and not be forgotten. */
  async owe(bus: string): Promise<void> {
    await this.owed.add([bus]);
  }

  /** Works the list off as far as Redis can be reached. Never rejects. */
  settle(): Promise<void> {
    this.#looking ??= this.#settle()
      .catch((error: unknown) => this.#faults.report('reset of live channels', error))
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #settle(): Promise<void> {
    for (;;) {
      const waiting = await this.owed.waiting(BATCH);
      // On a Cluster some may be out of reach: they hold nobody else up, and nobody is reset a second time for them.
      const resets = await Promise.allSettled(
        waiting.map(({ name }) => this.pubSub.resetHistory(name)),
      );
      await this.owed.settle(waiting.filter((_, index) => resets[index]?.status === 'fulfilled'));
      const failed = resets.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
      if (waiting.length < BATCH) return;
    }
  }
}
