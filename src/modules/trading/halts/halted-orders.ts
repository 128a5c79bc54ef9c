import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { OrderJournal } from '../orders/order-journal.js';
import type { OrderRow } from '../orders/orders.table.js';
import { hasExpired, remainderOf } from '../orders/time-in-force.js';
import { HaltsRepository } from './halts.repository.js';

/** What becomes of working orders while trading in their symbol is halted. */
@Injectable()
export class HaltedOrders {
  constructor(
    private readonly halts: HaltsRepository,
    private readonly journal: OrderJournal,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * An order waits, unless it is one that never does: that is cancelled. One whose time is over ends as at any other time.
   * @returns whether it is held, and is not to trade now
   */
  async hold(transaction: Transaction, userId: string, order: OrderRow): Promise<boolean> {
    if (hasExpired(order.expiresAt, this.clock.nowMs())) return false;
    if (!(await this.halts.find(transaction.sql, order.symbol))) return false;
    const why = { reason: 'symbol_halted' } as const;
    if (remainderOf(order.timeInForce) === 'is cancelled') {
      await this.journal.end(transaction, userId, order, { status: 'cancelled' }, why);
    } else if (order.status === 'accepted') {
      await this.journal.advance(transaction, userId, order, { status: 'open' }, why);
    }
    return true;
  }
}
