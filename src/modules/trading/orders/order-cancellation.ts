import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { OrderJournal } from './order-journal.js';
import { isFinal } from './order-state.js';
import type { TransitionReason } from './order-transitions.table.js';
import { OrdersRepository } from './orders.repository.js';

/** Ends orders that their owner has not asked to end. */
@Injectable()
export class OrderCancellation {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly journal: OrderJournal,
  ) {}

  /** All orders of the symbol that have not ended; the account must be locked by the transaction. */
  async cancelAll(
    transaction: Transaction,
    { id: accountId, userId }: AccountRow,
    symbol: string,
    reason: TransitionReason,
  ): Promise<void> {
    const rows = await this.orders.listUnfinished(transaction.sql, accountId, symbol);
    // Legs that are held first: the end of what was bought in part would let them work.
    const held = rows.filter(({ status }) => status === 'held');
    for (const { id } of [...held, ...rows]) {
      // Read again: the end of one order may have ended another.
      const order = await this.orders.findOwn(transaction.sql, accountId, id);
      if (!order || isFinal(order.status)) continue;
      await this.journal.end(transaction, userId, order, { status: 'cancelled' }, { reason });
    }
  }

  /** Working orders, the latest first, until they have freed so much cash, USD; the account must be locked by the transaction. */
  async cancelFor(
    transaction: Transaction,
    { id: accountId, userId }: AccountRow,
    wanted: Money,
    reason: TransitionReason,
  ): Promise<void> {
    const rows = await this.orders.listWorking(transaction.sql, accountId, undefined);
    let left = wanted;
    for (const { id } of rows.reverse()) {
      if (left.lte(0)) return;
      const order = await this.orders.findOwn(transaction.sql, accountId, id);
      if (!order || isFinal(order.status) || money(order.reservedCash).isZero()) continue;
      await this.journal.end(transaction, userId, order, { status: 'cancelled' }, { reason });
      left = left.minus(order.reservedCash);
    }
  }
}
