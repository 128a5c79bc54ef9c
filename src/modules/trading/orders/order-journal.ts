import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import type { Quote } from '../../market-data/index.js';
import { Ledger } from '../ledger/ledger.js';
import { hold, release } from '../ledger/postings.js';
import { assertTransition, type OrderStatus } from './order-state.js';
import { OrdersRepository, type OrderChange } from './orders.repository.js';
import type { OrderRow } from './orders.table.js';
import { accountStream, OrderChanged } from '../trading.events.js';
import { toHolding, toOrder } from '../trading.mappers.js';
import { tradingQueue } from '../trading.queues.js';
import type { TransitionReason } from './order-transitions.table.js';

/** Why an order takes a step, and the quote that decided it. */
export interface Why {
  readonly reason: TransitionReason;
  readonly quote?: Quote | undefined;
  /** The fill that it is. */
  readonly executionId?: string;
}

/** An end of which no trade is the cause. */
type OrderEnd =
  | { readonly status: 'cancelled' | 'expired' | 'replaced' }
  | { readonly status: 'rejected'; readonly rejectReason: string };

/** The steps of an order's life: each is stored together with the news of it. */
@Injectable()
export class OrderJournal {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Stores a new order and the job that will execute it. */
  async accept(
    transaction: Transaction,
    userId: string,
    row: OrderRow,
    reason: TransitionReason = row.replaces === null ? 'placed' : 'replacement',
  ): Promise<OrderRow> {
    await this.orders.insert(transaction.sql, row);
    const { accountId, id: orderId, symbol } = row;
    const postings = hold(symbol, toHolding(row));
    // A buy of next to nothing can round to no cash at all.
    if (postings.length > 0) {
      await this.ledger.post(transaction, { accountId, kind: 'hold', postings, orderId });
    }
    const stream = accountStream(accountId);
    await this.outbox.addJob(transaction, tradingQueue, 'execute-order', { orderId }, stream);
    return this.#record(transaction, userId, null, row, { reason });
  }

  /** Stores an order that nobody placed, and that is carried out at once: it holds nothing back, and needs no job. */
  async begin(
    transaction: Transaction,
    userId: string,
    row: OrderRow,
    reason: TransitionReason,
  ): Promise<OrderRow> {
    await this.orders.insert(transaction.sql, row);
    return this.#record(transaction, userId, null, row, { reason });
  }

  /** @throws AppError `trading.order_final` when the order's life has no such step. */
  async advance(
    transaction: Transaction,
    userId: string,
    order: OrderRow,
    change: OrderChange,
    why: Why,
  ): Promise<OrderRow> {
    assertTransition(order.status, change.status);
    const updatedAt = new Date(this.clock.nowMs());
    const row = await this.orders.update(transaction.sql, order.id, change, updatedAt);
    return this.#record(transaction, userId, order.status, row, why);
  }

  /** {@link advance} to an end without a trade: what the order held back is free again. */
  async end(
    transaction: Transaction,
    userId: string,
    order: OrderRow,
    end: OrderEnd,
    why: Why,
  ): Promise<OrderRow> {
    const { accountId, id: orderId, symbol } = order;
    const change = { ...end, reservedCash: '0', reservedFees: '0', reservedQuantity: '0' };
    const ended = await this.advance(transaction, userId, order, change, why);
    const postings = release(symbol, toHolding(order));
    if (postings.length > 0) {
      await this.ledger.post(transaction, { accountId, kind: 'release', postings, orderId });
    }
    return ended;
  }

  async #record(
    transaction: Transaction,
    userId: string,
    fromStatus: OrderStatus | null,
    row: OrderRow,
    { reason, quote, executionId }: Why,
  ): Promise<OrderRow> {
    await this.orders.insertTransition(transaction.sql, {
      orderId: row.id,
      version: row.version,
      fromStatus,
      toStatus: row.status,
      reason,
      filledQuantity: row.filledQuantity,
      bid: quote?.bid ?? null,
      ask: quote?.ask ?? null,
      last: quote?.last ?? null,
      quoteAsOf: quote === undefined ? null : new Date(quote.asOf),
      executionId: executionId ?? null,
      at: row.updatedAt,
    });
    const change = { userId, order: toOrder(row) };
    await this.outbox.publish(transaction, OrderChanged, change, accountStream(row.accountId));
    return row;
  }
}
