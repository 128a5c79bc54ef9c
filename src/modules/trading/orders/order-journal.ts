import { Inject, Injectable } from '@nestjs/common';
import { Outbox, together, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money, moneyText, type Money } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import { Ledger } from '../ledger/ledger.js';
import { hold, release } from '../ledger/postings.js';
import type { GroupStep } from './groups/group-steps.js';
import { OrderGroups } from './groups/order-groups.js';
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

const NO_HOLDING = { reservedCash: '0', reservedFees: '0', reservedQuantity: '0' };

/** The steps of an order's life: each is stored together with the news of it, and what follows for its group. */
@Injectable()
export class OrderJournal {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    private readonly groups: OrderGroups,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Stores a new order, what it holds back, and the job that will execute it. */
  async accept(
    transaction: Transaction,
    userId: string,
    row: OrderRow,
    reason: TransitionReason = row.replaces === null ? 'placed' : 'replacement',
  ): Promise<OrderRow> {
    await together(
      this.orders.insert(transaction.sql, row),
      this.#record(transaction, userId, null, row, { reason }),
      // A leg that is held waits for its entry, and holds nothing back.
      row.status === 'held' ? Promise.resolve() : this.#begin(transaction, row),
    );
    return row;
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

  /**
   * Takes a step, and those that follow from it for the other orders of its group.
   * @throws AppError `trading.order_final` when the order's life has no such step.
   */
  async advance(
    transaction: Transaction,
    userId: string,
    order: OrderRow,
    change: OrderChange,
    why: Why,
  ): Promise<OrderRow> {
    const row = await this.#step(transaction, userId, order, change, why);
    return this.#follow(transaction, userId, row, why);
  }

  /** {@link advance} to an end without a trade: what the order held back is free again. */
  async end(
    transaction: Transaction,
    userId: string,
    order: OrderRow,
    end: OrderEnd,
    why: Why,
  ): Promise<OrderRow> {
    const ended = await this.#end(transaction, userId, order, end, why);
    return this.#follow(transaction, userId, ended, why);
  }

  /** A held leg follows its entry. */
  resize(
    transaction: Transaction,
    userId: string,
    order: OrderRow,
    quantity: Money,
    why: Why,
  ): Promise<OrderRow> {
    const change = { ...resized(order, quantity), status: laterOf(order) };
    return this.#step(transaction, userId, order, change, why);
  }

  async #follow(
    transaction: Transaction,
    userId: string,
    row: OrderRow,
    { reason: cause, quote }: Why,
  ): Promise<OrderRow> {
    let followed = row;
    for (const step of await this.groups.stepsAfter(transaction, row)) {
      const { order } = step;
      const isOfAction = step.reason === 'group_ended' && cause === 'corporate_action';
      const why = { reason: isOfAction ? cause : step.reason, quote };
      if (step.kind === 'end') {
        await this.#end(transaction, userId, order, { status: step.status }, why);
      } else if (step.kind === 'resize') {
        await this.resize(transaction, userId, order, step.quantity, why);
      } else if (step.kind === 'open') {
        await this.#open(transaction, userId, step, why);
      } else {
        const change = { status: 'cancelled', ...NO_HOLDING } as const;
        await this.#step(transaction, userId, order, change, why);
        followed = await this.groups.handOver(transaction, order, row);
      }
    }
    return followed;
  }

  /** A held leg begins to work. */
  async #open(
    transaction: Transaction,
    userId: string,
    { order, quantity, isHolder }: Extract<GroupStep, { kind: 'open' }>,
    why: Why,
  ): Promise<void> {
    const change = {
      ...resized(order, quantity),
      status: 'accepted',
      activatedAt: new Date(this.clock.nowMs()),
      expiresAt: this.groups.endOf(order),
      ...(isHolder && { reservedQuantity: moneyText(quantity) }),
    } as const;
    const row = await this.#step(transaction, userId, order, change, why);
    await this.#begin(transaction, row);
  }

  /** What it holds back, and the job that will execute it. */
  async #begin(transaction: Transaction, row: OrderRow): Promise<void> {
    const { accountId, id: orderId, symbol } = row;
    const stream = accountStream(accountId);
    await this.outbox.addJob(transaction, tradingQueue, 'execute-order', { orderId }, stream);
    const postings = hold(symbol, toHolding(row));
    // A buy of next to nothing can round to no cash at all, and of two legs one holds back for both.
    if (postings.length > 0) {
      await this.ledger.post(transaction, { accountId, kind: 'hold', postings, orderId });
    }
  }

  async #step(
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

  async #end(
    transaction: Transaction,
    userId: string,
    order: OrderRow,
    end: OrderEnd,
    why: Why,
  ): Promise<OrderRow> {
    const { accountId, id: orderId, symbol } = order;
    const ended = await this.#step(transaction, userId, order, { ...end, ...NO_HOLDING }, why);
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

/** @param quantity shares that it is to trade, those included that have traded */
function resized(
  order: OrderRow,
  quantity: Money,
): Pick<OrderChange, 'quantity' | 'placedQuantity'> {
  if (quantity.eq(order.quantity)) return {};
  const placed = money(order.placedQuantity ?? order.quantity);
  return { quantity: moneyText(quantity), placedQuantity: moneyText(placed) };
}

/** No order is accepted twice: one that takes a step before its job has run waits from then on. */
function laterOf({ status }: OrderRow): OrderStatus {
  return status === 'accepted' ? 'open' : status;
}
