import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { Queues } from '../../../redis/index.js';
import { QuoteTicks, type Quote } from '../../market-data/index.js';
import { DueOrders } from './due-orders.js';
import { OrderExecutionService } from './order-execution.service.js';
import { tradingQueue } from '../trading.queues.js';

const FIRST_REPEAT_MS = SECOND_MS;
const LONGEST_REPEAT_MS = 60 * SECOND_MS;

/** A job was sent for an order. Waits grow, so that a queue that stands still is not filled up. */
interface Attempt {
  /** Of the order: one that has taken a step since may get the next job at once. */
  readonly version: number;
  /** No other job for the order before this moment. */
  readonly nextMs: number;
  readonly waitMs: number;
}

/** When an order that is due still may get its next job: 1 s after the first, then doubling up to a minute. */
export function nextAttempt(last: Attempt | undefined, version: number, nowMs: number): Attempt {
  const waitMs = last ? Math.min(last.waitMs * 2, LONGEST_REPEAT_MS) : FIRST_REPEAT_MS;
  return { version, nextMs: nowMs + waitMs, waitMs };
}

/**
 * On every tick, sends the orders that are due to the queue. Runs where the market feed runs.
 *
 * While the queue is away they are executed right here, one after the other: slower than by all workers, but
 * an order needs nothing that the database does not have. Should the queue have taken the job all the same,
 * the order is found done. That the queue is away shows in the first job it refuses; the first one that it takes
 * again ends it.
 */
@Injectable()
export class RestingOrders implements OnApplicationBootstrap {
  /** Of the orders that were due on the last tick, and of no others. */
  #attempts = new Map<string, Attempt>();
  /** By the latest job that was sent to it. */
  #queueIsAway = false;

  constructor(
    private readonly ticks: QuoteTicks,
    private readonly due: DueOrders,
    private readonly queues: Queues,
    private readonly execution: OrderExecutionService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.ticks.subscribe(({ quotes }) => this.#onTick(quotes));
  }

  async #onTick(quotes: readonly Quote[]): Promise<void> {
    const nowMs = this.clock.nowMs();
    const attempts = new Map<string, Attempt>();
    let queued = true;
    const wasAway = this.#queueIsAway;
    for (const { id: orderId, version } of await this.due.find(quotes, wasAway)) {
      const before = this.#attempts.get(orderId);
      const last = before?.version === version ? before : undefined;
      // A job that an absent queue was given before may be lost with it.
      if (!wasAway && last && last.nextMs > nowMs) {
        attempts.set(orderId, last);
        continue;
      }
      queued &&= await this.#enqueue(orderId, nowMs);
      if (queued) attempts.set(orderId, nextAttempt(last, version, nowMs));
      else await this.execution.execute(orderId);
    }
    this.#attempts = attempts;
  }

  /** @returns false when the queue is away. */
  async #enqueue(orderId: string, nowMs: number): Promise<boolean> {
    const id = `${orderId}-${nowMs}`;
    try {
      await this.queues.add(tradingQueue, 'execute-order', { orderId }, { id });
      this.#queueIsAway = false;
      return true;
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'unavailable') throw error;
      this.#queueIsAway = true;
      return false;
    }
  }
}
