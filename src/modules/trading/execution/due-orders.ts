import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import type { Quote } from '../../market-data/index.js';
import { OrdersRepository, type OrderVersion } from '../orders/orders.repository.js';
import { TickOrders } from './tick-orders.js';

const BATCH = 500;
const FORGOTTEN_AFTER_MS = 10 * SECOND_MS;

/** Which working orders should be executed now. */
@Injectable()
export class DueOrders {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly tick: TickOrders,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Waiting orders that the tick is about, and orders that were accepted over {@link FORGOTTEN_AFTER_MS} ago and never
   * tried (their job was lost with the queue's Redis), oldest first.
   * While the queue is away all that were accepted: no job of theirs is on its way. Orders whose time in force is
   * over end by the same way.
   * At most {@link BATCH} of each; the rest is due on the next tick.
   */
  async find(listed: readonly Quote[], queueIsAway: boolean): Promise<OrderVersion[]> {
    const nowMs = this.clock.nowMs();
    // Exclusive: the very latest have the time of now.
    const acceptedBefore = new Date(queueIsAway ? nowMs + 1 : nowMs - FORGOTTEN_AFTER_MS);
    const reached = await this.tick.reachedBy(listed, nowMs, BATCH);
    const forgotten = await this.orders.findForgotten(acceptedBefore, BATCH);
    const expired = await this.orders.findExpired(new Date(nowMs), BATCH);
    const due = [...reached, ...forgotten, ...expired];
    return [...new Map(due.map((order) => [order.id, order])).values()];
  }
}
