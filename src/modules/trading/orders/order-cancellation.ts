import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { OrderJournal } from './order-journal.js';
import { isWorking } from './order-state.js';
import type { TransitionReason } from './order-transitions.table.js';
import { OrdersRepository } from './orders.repository.js';

/** Ends orders that their owner has not asked to end. */
@Injectable()
export class OrderCancellation {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly journal: OrderJournal,
  ) {}

  /** All working orders of the symbol; the account must be locked by the transaction. */
  async cancelAll(
    transaction: Transaction,
    { id: accountId, userId }: AccountRow,
    symbol: string,
    reason: TransitionReason,
  ): Promise<void> {
    for (const { id } of await this.orders.listWorking(transaction.sql, accountId, symbol)) {
      // Read again: the end of one order may have ended another.
      const order = await this.orders.findOwn(transaction.sql, accountId, id);
      if (!order || !isWorking(order.status)) continue;
      await this.journal.end(transaction, userId, order, { status: 'cancelled' }, { reason });
    }
  }
}
