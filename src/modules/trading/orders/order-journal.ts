import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { assertTransition } from './order-state.js';
import { OrdersRepository, type OrderChange } from './orders.repository.js';
import type { OrderRow } from './orders.table.js';
import type { Order } from '../trading.dto.js';
import { OrderChanged } from '../trading.events.js';
import { toOrder } from '../trading.mappers.js';
import { tradingQueue } from '../trading.queues.js';

/** The steps of an order's life: each is stored together with the news of it. */
@Injectable()
export class OrderJournal {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Stores a new order and the job that will execute it. */
  async accept(transaction: Transaction, userId: string, row: OrderRow): Promise<Order> {
    await this.orders.insert(transaction.sql, row);
    await this.outbox.addJob(transaction, tradingQueue, 'execute-order', { orderId: row.id });
    return this.#announce(transaction, userId, row);
  }

  /** @throws AppError `trading.order_final` when the order's life has no such step. */
  async advance(
    transaction: Transaction,
    userId: string,
    order: OrderRow,
    change: OrderChange,
  ): Promise<Order> {
    assertTransition(order.status, change.status);
    const updatedAt = new Date(this.clock.nowMs());
    return this.#announce(
      transaction,
      userId,
      await this.orders.update(transaction.sql, order.id, change, updatedAt),
    );
  }

  async #announce(transaction: Transaction, userId: string, row: OrderRow): Promise<Order> {
    const order = toOrder(row);
    await this.outbox.publish(transaction, OrderChanged, { userId, order });
    return order;
  }
}
