import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Queues } from '../../../redis/index.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { ForgottenSignals } from '../signals/forgotten-signals.js';
import { tradingQueue } from '../trading.queues.js';

/** More wait for their first attempt only after an outage of hours; the ticks of the market find the rest. */
const MAX_ORDERS = 10_000;

/** What the database knows to be due, when the queue has lost its jobs. */
@Injectable()
export class LostTradingJobs {
  constructor(
    private readonly queues: Queues,
    private readonly accepted: OrdersRepository,
    private readonly forgotten: ForgottenSignals,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Orders that were accepted and never tried, as jobs of their own. @returns how many. */
  async orders(recoveryId: string): Promise<number> {
    // Exclusive: the very latest have the time of now.
    const before = new Date(this.clock.nowMs() + 1);
    const orders = await this.accepted.findForgotten(before, MAX_ORDERS);
    for (const { id: orderId } of orders) {
      const id = `${orderId}-${recoveryId}`;
      await this.queues.add(tradingQueue, 'execute-order', { orderId }, { id });
    }
    return orders.length;
  }

  /** Signals that wait to be traded: right here. @returns how many. */
  signals(): Promise<number> {
    return this.forgotten.trade(0);
  }
}
