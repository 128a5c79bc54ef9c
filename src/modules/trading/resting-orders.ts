import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { SECOND_MS } from '../../kernel/duration.js';
import { Queues } from '../../redis/index.js';
import { QuoteTicks, type Quote } from '../market-data/index.js';
import { OrdersRepository } from './orders.repository.js';
import { tradingQueue } from './trading.queues.js';

/** More reached orders than this wait for the next tick. */
const BATCH = 500;
/** An order that is still not tried by then gets another job: its first may be gone with the queue's Redis. */
const FORGOTTEN_AFTER_MS = 10 * SECOND_MS;

/** On every tick, sends the orders whose price has come to be executed. Runs where the market feed runs. */
@Injectable()
export class RestingOrders implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #unsubscribe: (() => void) | undefined;

  constructor(
    private readonly ticks: QuoteTicks,
    private readonly orders: OrdersRepository,
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
    for (const id of await this.orders.findReached(quotes, BATCH)) {
      await this.#execute(id, nowMs.toString());
    }
    for (const id of await this.orders.findForgotten(new Date(nowMs - FORGOTTEN_AFTER_MS), BATCH)) {
      // One more job in each such span, not on each tick: the queue may only be slow.
      await this.#execute(id, `again-${Math.floor(nowMs / FORGOTTEN_AFTER_MS)}`);
    }
  }

  async #execute(orderId: string, occasion: string): Promise<void> {
    await this.queues.add(
      tradingQueue,
      'execute-order',
      { orderId },
      { id: `${orderId}-${occasion}` },
    );
  }
}
