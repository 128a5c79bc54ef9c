import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { Queues } from '../../../redis/index.js';
import { QuoteTicks, type Quote } from '../../market-data/index.js';
import { DueOrders } from './due-orders.js';
import { tradingQueue } from '../trading.queues.js';

const FIRST_REPEAT_MS = SECOND_MS;
const LONGEST_REPEAT_MS = 60 * SECOND_MS;

/** A job was sent for an order. Waits grow, so that a queue that stands still is not filled up. */
interface Attempt {
  /** No other job for the order before this moment. */
  readonly nextMs: number;
  readonly waitMs: number;
}

/** When an order that is due still may get its next job: 1 s after the first, then doubling up to a minute. */
export function nextAttempt(last: Attempt | undefined, nowMs: number): Attempt {
  const waitMs = last ? Math.min(last.waitMs * 2, LONGEST_REPEAT_MS) : FIRST_REPEAT_MS;
  return { nextMs: nowMs + waitMs, waitMs };
}

/** On every tick, sends the orders that are due to be executed. Runs where the market feed runs. */
@Injectable()
export class RestingOrders implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #unsubscribe: (() => void) | undefined;
  /** Of the orders that were due on the last tick, and of no others. */
  #attempts = new Map<string, Attempt>();

  constructor(
    private readonly ticks: QuoteTicks,
    private readonly due: DueOrders,
    private readonly queues: Queues,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.ticks.subscribe(({ quotes }) => this.#onTick(quotes));
  }

  beforeApplicationShutdown(): void {
    this.#unsubscribe?.();
  }

  async #onTick(quotes: readonly Quote[]): Promise<void> {
    const nowMs = this.clock.nowMs();
    const attempts = new Map<string, Attempt>();
    for (const orderId of await this.due.find(quotes)) {
      const last = this.#attempts.get(orderId);
      attempts.set(
        orderId,
        last && last.nextMs > nowMs ? last : await this.#try(orderId, nowMs, last),
      );
    }
    this.#attempts = attempts;
  }

  async #try(orderId: string, nowMs: number, last: Attempt | undefined): Promise<Attempt> {
    await this.queues.add(
      tradingQueue,
      'execute-order',
      { orderId },
      { id: `${orderId}-${nowMs}` },
    );
    return nextAttempt(last, nowMs);
  }
}
