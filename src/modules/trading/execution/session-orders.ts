import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { OrderJournal } from '../orders/order-journal.js';
import type { OrderRow } from '../orders/orders.table.js';
import { hasExpired, mayTradeAt, remainderOf } from '../orders/time-in-force.js';

/** What becomes of working orders outside of the sessions that they trade in. */
@Injectable()
export class SessionOrders {
  constructor(
    private readonly journal: OrderJournal,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * An order waits; one that was to trade at once has come too late for the session it was accepted in, and is
   * cancelled. One whose time is over ends as at any other time.
   * @returns whether it is held, and is not to trade now
   */
  async hold(transaction: Transaction, userId: string, order: OrderRow): Promise<boolean> {
    const nowMs = this.clock.nowMs();
    if (hasExpired(order.expiresAt, nowMs)) return false;
    if (mayTradeAt(order, this.config.trading.hours, nowMs)) return false;
    if (order.worksFrom === null && remainderOf(order.timeInForce) === 'is cancelled') {
      const why = { reason: 'not_filled_at_once' } as const;
      await this.journal.end(transaction, userId, order, { status: 'cancelled' }, why);
    } else if (order.status === 'accepted') {
      const why = { reason: 'waiting_for_session' } as const;
      await this.journal.advance(transaction, userId, order, { status: 'open' }, why);
    }
    return true;
  }
}
