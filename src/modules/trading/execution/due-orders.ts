import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import type { Quote } from '../../market-data/index.js';
import { WorkingContracts } from '../options/working-contracts.js';
import { OrdersRepository, type OrderVersion } from '../orders/orders.repository.js';

const BATCH = 500;
const FORGOTTEN_AFTER_MS = 10 * SECOND_MS;

/** Which working orders should be executed now. */
@Injectable()
export class DueOrders {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly contracts: WorkingContracts,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * Waiting orders whose price these quotes, or those of contracts, have reached, and orders that were accepted over
   * {@link FORGOTTEN_AFTER_MS} ago and never tried (their job was lost with the queue's Redis), oldest first.
   * While the queue is away all that were accepted: no job of theirs is on its way. Orders whose time in force is
   * over end by the same way.
   * At most {@link BATCH} of each; the rest is due on the next tick.
   */
  async find(listed: readonly Quote[], queueIsAway: boolean): Promise<OrderVersion[]> {
    const nowMs = this.clock.nowMs();
    // Exclusive: the very latest have the time of now.
    const acceptedBefore = new Date(queueIsAway ? nowMs + 1 : nowMs - FORGOTTEN_AFTER_MS);
    const { latencyMs } = this.config.trading.paper;
    // All quotes are of one tick. Without latency an order trades on the tick that it was accepted in.
    const tickMs = Date.parse(listed[0]?.asOf ?? '');
    const acceptedUntil = latencyMs === 0 ? undefined : new Date(tickMs - latencyMs);
    const quotes = [...listed, ...(await this.contracts.quoted())];
    const reached = await this.orders.findReached(quotes, acceptedUntil, BATCH);
    const forgotten = await this.orders.findForgotten(acceptedBefore, BATCH);
    const expired = await this.orders.findExpired(new Date(nowMs), BATCH);
    const due = [...reached, ...forgotten, ...expired];
    return [...new Map(due.map((order) => [order.id, order])).values()];
  }
}
