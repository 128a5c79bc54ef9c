import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Correlation } from '../../kernel/correlation.js';
import { OutboxRepository } from './outbox.repository.js';
import { Outbox } from './outbox.js';
import type { OutboxRow } from './outbox.table.js';

/** Delivers one row; a rejection means "again later". */
export type OutboxDelivery = (row: OutboxRow) => Promise<void>;

const BATCH = 100;
/** A relay that dies with claimed rows holds them up for this long at most. */
const LEASE_MS = 30_000;
/** Rows not delivered by then are given back: well before their lease ends and another relay takes them as well. */
const DELIVERY_MS = LEASE_MS / 2;
/** Finds rows that no commit of this process announced: those of a process that died, or that failed before. */
const POLL_MS = 1_000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;

/** How long a row waits after its n-th failed delivery: 0.2 s, doubling up to 30 s. */
export function retryDelayMs(attempts: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 16));
}

/** Moves committed outbox rows to the queues and the event reactions: at once after a commit here, else within a second. */
@Injectable()
export class OutboxRelay implements BeforeApplicationShutdown {
  readonly #logger = new Logger(OutboxRelay.name);
  #delivery: OutboxDelivery | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(
    private readonly rows: OutboxRepository,
    private readonly correlation: Correlation,
    outbox: Outbox,
  ) {
    outbox.onCommit(() => this.wake());
  }

  start(delivery: OutboxDelivery): void {
    this.#delivery = delivery;
    this.wake();
  }

  /** Delivers what is due now; a call during a pass makes one more pass follow it. */
  wake(): void {
    if (this.#stopped || this.#delivery === undefined) return;
    if (this.#pass !== undefined) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#again = false;
    this.#pass = this.#deliverDue(this.#delivery)
      .catch((error: unknown) => {
        this.#again = false;
        this.#logger.error({ message: 'outbox pass failed', err: error });
      })
      .finally(() => {
        this.#pass = undefined;
        if (this.#again) this.wake();
        else if (!this.#stopped) this.#timer = setTimeout(() => this.wake(), POLL_MS);
      });
  }

  /** Ends after the delivery under way; what is left stays in the table for the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#pass;
  }

  async #deliverDue(delivery: OutboxDelivery): Promise<void> {
    for (;;) {
      const deadlineMs = performance.now() + DELIVERY_MS;
      const rows = await this.rows.claim(BATCH, LEASE_MS);
      const delivered: string[] = [];
      const left: string[] = [];
      for (const row of rows) {
        if (this.#stopped || performance.now() > deadlineMs) left.push(row.id);
        else if (await this.#deliver(row, delivery)) delivered.push(row.id);
      }
      await this.rows.delete(delivered);
      await this.rows.release(left);
      if (rows.length < BATCH || this.#stopped) return;
    }
  }

  async #deliver(row: OutboxRow, delivery: OutboxDelivery): Promise<boolean> {
    try {
      await this.correlation.run(row.correlationId, () => delivery(row));
      return true;
    } catch (error) {
      const delayMs = retryDelayMs(row.attempts);
      this.#logger.warn({
        message: 'outbox delivery failed',
        err: error,
        outboxId: row.id,
        topic: row.topic,
        delayMs,
      });
      await this.rows.postpone(row.id, delayMs);
      return false;
    }
  }
}
