import { Logger } from '@nestjs/common';
import { DELIVERY_MS, LEASE_MS, type DeliveryAttempt } from './outbox-delivery.js';
import type { OutboxRepository } from './outbox.repository.js';

const BATCH = 100;

/** Delivers the rows without a stream. One that fails is tried again later, and holds back none. */
export class LooseRows {
  readonly #logger = new Logger('OutboxRelay');
  #pass: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(
    private readonly rows: OutboxRepository,
    private readonly attempt: DeliveryAttempt,
  ) {}

  /** Delivers what is due now; a call during a pass makes one more pass follow it. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#pass !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#pass = this.#deliverDue()
      .catch((error: unknown) => {
        this.#again = false;
        this.#logger.error({ message: 'outbox pass failed', err: error });
      })
      .finally(() => {
        this.#pass = undefined;
        if (this.#again) this.wake();
      });
  }

  /** Resolves when the delivery under way has ended; what was claimed with it is given back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pass;
  }

  async #deliverDue(): Promise<void> {
    for (;;) {
      const deadlineMs = performance.now() + DELIVERY_MS;
      const rows = await this.rows.claim(BATCH, LEASE_MS);
      const delivered: string[] = [];
      const left: string[] = [];
      for (const row of rows) {
        if (this.#stopped || performance.now() > deadlineMs) {
          left.push(row.id);
          continue;
        }
        const delay = await this.attempt.deliver(row);
        if (delay === undefined) delivered.push(row.id);
        else await this.rows.postpone(delay);
      }
      await this.rows.delete(delivered);
      await this.rows.release(left);
      if (rows.length < BATCH || this.#stopped) return;
    }
  }
}
