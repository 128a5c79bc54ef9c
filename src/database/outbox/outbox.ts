import { Injectable } from '@nestjs/common';
import type { z, ZodType } from 'zod';
import { Correlation } from '../../kernel/correlation.js';
import type { DomainEvent, EventPayload } from '../../kernel/domain-event.js';
import type { JsonValue } from '../../kernel/json.js';
import type { Transaction } from '../database.js';
import { OutboxRepository } from './outbox.repository.js';

/** A queue as far as the outbox must know it; `defineQueue` makes them. */
interface JobQueue {
  readonly name: string;
  readonly jobs: Readonly<Record<string, ZodType>>;
}

/**
 * Writes down, in the transaction of a change, what must follow from it. If the transaction is rolled
 * back nothing follows; if it commits, the relay delivers at least once, whatever crashes in between.
 */
@Injectable()
export class Outbox {
  readonly #listeners: (() => void)[] = [];

  constructor(
    private readonly rows: OutboxRepository,
    private readonly correlation: Correlation,
  ) {}

  /** Adds a job to `queue` once the transaction is committed. */
  async addJob<Q extends JobQueue, J extends keyof Q['jobs'] & string>(
    transaction: Transaction,
    queue: Q,
    job: J,
    payload: z.output<Q['jobs'][J]>,
  ): Promise<void> {
    await this.#write(transaction, 'job', queue.name, job, payload as JsonValue);
  }

  /** Tells every reaction of `event` once the transaction is committed. */
  async publish<Event extends DomainEvent>(
    transaction: Transaction,
    event: Event,
    payload: EventPayload<Event>,
  ): Promise<void> {
    await this.#write(transaction, 'event', event.name, '', payload as JsonValue);
  }

  /** Called after each commit that left something to deliver. */
  onCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async #write(
    transaction: Transaction,
    kind: 'job' | 'event',
    topic: string,
    name: string,
    payload: JsonValue,
  ): Promise<void> {
    const correlationId = this.correlation.current();
    await this.rows.insert(transaction.sql, { kind, topic, name, payload, correlationId });
    transaction.afterCommit(() => {
      for (const listener of this.#listeners) listener();
    });
  }
}
