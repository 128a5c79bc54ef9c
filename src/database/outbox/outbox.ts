import { Inject, Injectable, Optional } from '@nestjs/common';
import type { z, ZodType } from 'zod';
import { Config } from '../../config/config.js';
import { AppError } from '../../kernel/app-error.js';
import { Correlation } from '../../kernel/correlation.js';
import type { DomainEvent, EventPayload } from '../../kernel/domain-event.js';
import type { JsonValue } from '../../kernel/json.js';
import { jobContext, sealFields } from '../../kernel/sealed-fields.js';
import type { Transaction } from '../database.js';
import { OutboxRepository, type NewOutboxRow } from './outbox.repository.js';

interface QueuedJob {
  readonly schema: ZodType;
  /** The payload has version `upgrades.length + 1`. */
  readonly upgrades: readonly unknown[];
  readonly encrypt: readonly string[];
}

/** A queue as far as the outbox must know it; `defineQueue` makes them. */
interface JobQueue {
  readonly name: string;
  readonly jobs: Readonly<Record<string, QueuedJob>>;
}

/** What is known of a job whose declaration the caller does not have. */
interface KeptJob {
  readonly queue: string;
  readonly name: string;
  readonly payload: JsonValue;
  readonly version: number;
  readonly correlationId: string;
}

/** How a row is delivered. */
export interface OutboxOptions {
  /**
   * Rows of a stream are delivered one after the other, in the order of their commits; one that fails holds back
   * those after it, and nothing else. The transaction must hold a lock until its end that every writer of the stream
   * takes before it writes. Without a stream: in no promised order.
   */
  readonly stream?: string;
}

/** Where a commit has left something to deliver. */
export interface OutboxNews {
  readonly streams: readonly string[];
  /** Rows without a stream. */
  readonly loose: boolean;
}

/**
 * Writes down, in the transaction of a change, what must follow from it. If the transaction is rolled
 * back nothing follows; if it commits, the relay delivers at least once, whatever crashes in between.
 */
@Injectable()
export class Outbox {
  readonly #listeners: ((news: OutboxNews) => void)[] = [];
  /** Of transactions under way: written as the last thing before their commit, all in one statement. */
  readonly #pending = new WeakMap<Transaction, NewOutboxRow[]>();

  constructor(
    private readonly rows: OutboxRepository,
    private readonly correlation: Correlation,
    @Optional() @Inject(Config) private readonly config?: Pick<Config, 'encryptionKeys'>,
  ) {}

  /** Adds a job to `queue` once the transaction is committed. */
  async addJob<Q extends JobQueue, J extends keyof Q['jobs'] & string>(
    transaction: Transaction,
    queue: Q,
    job: J,
    payload: z.output<Q['jobs'][J]['schema']>,
    options: OutboxOptions = {},
  ): Promise<void> {
    const { upgrades = [], encrypt = [] } = queue.jobs[job] ?? {};
    const version = upgrades.length + 1;
    const sealed = this.#seal(queue.name, job, payload as JsonValue, encrypt);
    this.#add(transaction, 'job', queue.name, job, sealed, { ...options, version });
  }

  /** Adds a job as a row or a queue kept it: its payload is checked, and upgraded, when it is delivered. */
  addKeptJob(transaction: Transaction, job: KeptJob): void {
    const { queue, name, payload, version, correlationId } = job;
    this.#add(transaction, 'job', queue, name, payload, { version, correlationId });
  }

  /** Tells every reaction of `event` once the transaction is committed. */
  async publish<Event extends DomainEvent>(
    transaction: Transaction,
    event: Event,
    payload: EventPayload<Event>,
    options: OutboxOptions = {},
  ): Promise<void> {
    this.#add(transaction, 'event', event.name, '', payload as JsonValue, options);
  }

  /** Called after each commit that left something to deliver. */
  onCommit(listener: (news: OutboxNews) => void): void {
    this.#listeners.push(listener);
  }

  #seal(queue: string, job: string, payload: JsonValue, fields: readonly string[]): JsonValue {
    if (fields.length === 0) return payload;
    if (this.config === undefined) {
      throw new AppError('internal', 'outbox.no_keys', `job "${job}" has fields to encrypt`);
    }
    return sealFields(payload, fields, this.config.encryptionKeys, jobContext(queue, job));
  }

  #add(
    transaction: Transaction,
    kind: 'job' | 'event',
    topic: string,
    name: string,
    payload: JsonValue,
    options: Partial<Pick<NewOutboxRow, 'stream' | 'version' | 'correlationId'>>,
  ): void {
    const { stream = null, version = 1 } = options;
    const correlationId = options.correlationId ?? this.correlation.current();
    const row = { kind, topic, name, payload, version, correlationId, stream };
    const pending = this.#pending.get(transaction);
    if (pending) pending.push(row);
    else this.#begin(transaction, [row]);
  }

  #begin(transaction: Transaction, rows: NewOutboxRow[]): void {
    this.#pending.set(transaction, rows);
    transaction.beforeCommit(() => this.rows.insert(transaction.sql, rows));
    transaction.afterCommit(() => {
      const streams = [...new Set(rows.flatMap(({ stream }) => stream ?? []))];
      const news = { streams, loose: rows.some(({ stream }) => stream === null) };
      for (const listener of this.#listeners) listener(news);
    });
  }
}
