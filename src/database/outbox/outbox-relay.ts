import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Correlation } from '../../kernel/correlation.js';
import { LooseRows } from './loose-rows.js';
import { DeliveryAttempt, POLL_MS, type OutboxDelivery } from './outbox-delivery.js';
import { OutboxRepository } from './outbox.repository.js';
import { Outbox } from './outbox.js';
import { StreamLanes } from './stream-lanes.js';

const STREAMS_PER_LOOK = 500;
/** Beyond that, streams are looked at by turns. */
const LOOKS_PER_POLL = 20;

interface Work {
  readonly streams: StreamLanes;
  readonly loose: LooseRows;
}

/** Moves committed outbox rows to the queues and the event reactions: at once after a commit here, else within a second. */
@Injectable()
export class OutboxRelay implements BeforeApplicationShutdown {
  readonly #logger = new Logger(OutboxRelay.name);
  #work: Work | undefined;
  #timer: NodeJS.Timeout | undefined;
  #poll: Promise<void> | undefined;
  #lookedUpTo = '';
  #stopped = false;

  constructor(
    private readonly rows: OutboxRepository,
    private readonly correlation: Correlation,
    outbox: Outbox,
  ) {
    outbox.onCommit(({ streams, loose }) => {
      this.#work?.streams.add(streams);
      if (loose) this.#work?.loose.wake();
    });
  }

  start(delivery: OutboxDelivery): void {
    const attempt = new DeliveryAttempt(delivery, this.correlation);
    this.#work = {
      streams: new StreamLanes(this.rows, attempt),
      loose: new LooseRows(this.rows, attempt),
    };
    this.#startPoll(this.#work);
  }

  /** Ends after the deliveries under way; what is left stays in the table for the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#poll, this.#work?.streams.stop(), this.#work?.loose.stop()]);
  }

  #startPoll(work: Work): void {
    this.#poll = this.#look(work)
      .catch((error: unknown) => this.#logger.error({ message: 'outbox poll failed', err: error }))
      .finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.#startPoll(work), POLL_MS);
      });
  }

  /** Looks at all rows without a stream, and at the first row of each stream. */
  async #look({ streams, loose }: Work): Promise<void> {
    loose.wake();
    for (let looks = 0; looks < LOOKS_PER_POLL && !this.#stopped; looks += 1) {
      const found = await this.rows.listStreams(this.#lookedUpTo, STREAMS_PER_LOOK);
      streams.add(found.filter(({ isDue }) => isDue).map(({ stream }) => stream));
      const last = found.length < STREAMS_PER_LOOK ? undefined : found.at(-1);
      this.#lookedUpTo = last?.stream ?? '';
      if (last === undefined) return;
    }
  }
}
