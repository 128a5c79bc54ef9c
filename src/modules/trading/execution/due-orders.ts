import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import type { Quote } from '../../market-data/index.js';
import { OrdersRepository, type OrderVersion } from '../orders/orders.repository.js';
import { sessionAt } from '../orders/trading-session.js';
import { WaitingOrdersRepository } from '../orders/waiting-orders.repository.js';
import { arrivedUntil } from './paper/paper-model.js';
import { StopPrices } from './stop-prices.js';
import { TickBookRepository } from './tick-book.repository.js';

const BATCH = 500;
const FORGOTTEN_AFTER_MS = 10 * SECOND_MS;

/** Which working orders should be executed now. */
@Injectable()
export class DueOrders {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly book: TickBookRepository,
    private readonly waiting: WaitingOrdersRepository,
    private readonly stops: StopPrices,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * Waiting orders that these quotes have reached and have shares for, stops that trades have reached, and orders that were accepted over
   * {@link FORGOTTEN_AFTER_MS} ago and never tried (their job was lost with the queue's Redis), oldest first.
   * While the queue is away all that were accepted: no job of theirs is on its way. Orders whose time in force is
   * over end by the same way.
   * At most {@link BATCH} of each; the rest is due on the next tick.
   */
  async find(quotes: readonly Quote[], queueIsAway: boolean): Promise<OrderVersion[]> {
    const nowMs = this.clock.nowMs();
    // Exclusive: the very latest have the time of now.
    const acceptedBefore = new Date(queueIsAway ? nowMs + 1 : nowMs - FORGOTTEN_AFTER_MS);
    // All quotes are of one tick.
    const acceptedUntil = quotes[0] && arrivedUntil(this.config.trading.paper, quotes[0]);
    const session = this.config.trading.hours === 'always' ? 'regular' : sessionAt(nowMs);
    const inExtendedHours = session === 'extended';
    // Stops look at the trades of the regular session only.
    if (session === 'regular') await this.stops.follow(quotes);
    const reached =
      session === 'closed'
        ? []
        : await this.book.findFront(quotes, { acceptedUntil, inExtendedHours }, BATCH);
    const touched = session === 'regular' ? await this.waiting.findTouched(BATCH) : [];
    const auctioned = await this.waiting.findAuctioned(new Date(nowMs), BATCH);
    const forgotten = await this.orders.findForgotten(acceptedBefore, BATCH);
    const expired = await this.orders.findExpired(new Date(nowMs), BATCH);
    const due = [...reached, ...touched, ...auctioned, ...forgotten, ...expired];
    return [...new Map(due.map((order) => [order.id, order])).values()];
  }
}
