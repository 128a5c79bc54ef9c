import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Queues, type JobRecovery } from '../../../redis/index.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { SignalsRepository } from '../signals/signals.repository.js';
import { tradingQueue } from '../trading.queues.js';

/** More wait for their first attempt only after an outage of hours; the ticks of the market, and a schedule, find the rest. */
const MAX_FOUND = 10_000;

/** What the database knows to be due, when the queue has lost its jobs. */
@Injectable()
export class LostTradingJobs {
  constructor(
    private readonly queues: Queues,
    private readonly accepted: OrdersRepository,
    private readonly undecided: SignalsRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Orders that were accepted and never tried. @returns how many. */
  async orders(recovery: JobRecovery): Promise<number> {
    const orders = await this.accepted.findForgotten(this.#untilNow(), MAX_FOUND);
    const lost = new Map(orders.map(({ id: orderId }) => [orderId, { orderId }]));
    return this.queues.addLost(tradingQueue, 'execute-order', lost, recovery);
  }

  /** Signals that are to be traded. @returns how many. */
  async signals(recovery: JobRecovery): Promise<number> {
    const ids = await this.undecided.listForgotten(this.#untilNow(), MAX_FOUND);
    const lost = new Map(ids.map((signalId) => [signalId, { signalId }]));
    return this.queues.addLost(tradingQueue, 'trade-signal', lost, recovery);
  }

  /** Exclusive: the very latest have the time of now. */
  #untilNow(): Date {
    return new Date(this.clock.nowMs() + 1);
  }
}
