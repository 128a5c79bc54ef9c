import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { isId } from '../../../kernel/ids.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../../../kernel/page.js';
import type { PageQuery } from '../../../http/index.js';
import { AccountWork } from '../accounts/account-work.js';
import { AccountsService } from '../accounts/accounts.service.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { decodeSeqCursor } from '../accounts/seq-cursor.js';
import { BuyingPower } from './buying-power.js';
import { isSameOrder, newOrder, type OrderCircumstances } from './new-order.js';
import { OrderJournal } from './order-journal.js';
import { assertTransition } from './order-state.js';
import { OrdersRepository } from './orders.repository.js';
import type { OrderRow } from './orders.table.js';
import { replacementOf } from './replacement.js';
import { assertBeforeAuction } from './time-in-force.js';
import { CLIENT_ORDER_ID } from '../trading.dto.js';
import type {
  ListOrders,
  Order,
  OrderTransition,
  OrderRequest,
  ReplaceOrder,
} from '../trading.dto.js';
import { clientOrderIdReused, orderNotFound } from '../trading.errors.js';
import { toFirstAnswer, toOrder, toTransition } from '../trading.mappers.js';

/** Takes, replaces and cancels orders. What it answers comes from the database, never from a cache. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly work: AccountWork,
    private readonly orders: OrdersRepository,
    private readonly buyingPower: BuyingPower,
    private readonly journal: OrderJournal,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Stores the order, what it holds back, and the job that will execute it, in one transaction.
   * Sent again under the same `client_order_id`, the same order answers as it did the first time.
   * @throws AppError `trading.unknown_symbol`, `trading.insufficient_funds`, `trading.insufficient_position`,
   *   `trading.bad_order_size`, `trading.not_fractionable`, `trading.notional_too_small`, `trading.bad_quantity`, `trading.contract_not_listed`, `trading.uncovered_option`, `trading.not_shortable`,
   *   `trading.equity_below_minimum`, `trading.opposite_order`,
   *   `trading.bad_expiry`, `trading.bad_time_in_force`, `trading.bad_extended_hours`, `trading.market_closed`,
   *   `trading.too_late_for_auction`, `trading.stop_price_reached`, `trading.bad_lots`, `trading.too_many_orders`,
   *   `trading.client_order_id_reused`, `trading.account_busy`; as `RiskChecks.assertAcceptable`
   */
  async place(userId: string, request: OrderRequest): Promise<Order> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.work.run(accountId, (transaction, account) =>
      this.placeWithin(transaction, account, request),
    );
  }

  /**
   * {@link place} as a part of other work on the account. A refusal comes before anything is written.
   * @param account as it is now, with all that the work has changed
   * @throws AppError as {@link place}
   */
  async placeWithin(
    transaction: Transaction,
    account: AccountRow,
    request: OrderRequest,
  ): Promise<Order> {
    const repeated = await this.#findRepeated(transaction, account.id, request, null);
    if (repeated) return toFirstAnswer(repeated);
    const time = this.buyingPower.rules.workingTimeOf(request);
    return this.#accept(transaction, account, request, { replaces: null, time });
  }

  /**
   * Ends a working order, and puts another in its place that asks for what is left of the changed one: all of it or
   * nothing. Sent again under the same `client_order_id`, it answers as it did the first time.
   * @throws AppError `trading.order_not_found`; `trading.order_final` when it is too late; `trading.bad_replacement`;
   *   as {@link place}
   */
  async replace(userId: string, orderId: string, change: ReplaceOrder): Promise<Order> {
    if (!isId(orderId)) throw orderNotFound();
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.work.run(accountId, async (transaction) => {
      const before = await this.orders.findOwn(transaction.sql, accountId, orderId);
      if (!before) throw orderNotFound();
      // One that was replaced already may be asked for again; the step below refuses any other.
      if (before.status !== 'replaced') assertTransition(before.status, 'replaced');
      const request = replacementOf(before, change);
      const repeated = await this.#findRepeated(transaction, accountId, request, orderId);
      if (repeated) return toFirstAnswer(repeated);
      assertBeforeAuction(before, this.clock.nowMs());
      const end = { status: 'replaced' } as const;
      await this.journal.end(transaction, userId, before, end, { reason: 'replaced_by_owner' });
      // Read again: what the order held back is free for the one that takes its place.
      const account = await this.work.reread(transaction, accountId);
      return this.#accept(transaction, account, request, {
        replaces: orderId,
        time: before,
        trigger: before,
      });
    });
  }

  /** @throws AppError `trading.order_not_found`, also for an order of somebody else. */
  async get(userId: string, orderId: string): Promise<Order> {
    return toOrder(await this.#findOwn(userId, orderId));
  }

  /** After a time-out: what has become of it. @throws AppError `trading.order_not_found` */
  async getByClientOrderId(userId: string, clientOrderId: string): Promise<Order> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    // None that could be stored is longer; and PostgreSQL takes no NUL.
    const row = CLIENT_ORDER_ID.test(clientOrderId)
      ? await this.orders.readByClientOrderId(accountId, clientOrderId)
      : undefined;
    if (!row) throw orderNotFound();
    return toOrder(row);
  }

  async list(userId: string, { cursor, limit, status, symbol }: ListOrders): Promise<Page<Order>> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.orders.list(accountId, { status, symbol, beforeId, limit: limit + 1 });
    return toPage(rows.map(toOrder), limit);
  }

  /** The steps of an order's life, the latest first. @throws AppError `trading.order_not_found`; `request.bad_cursor` */
  async history(
    userId: string,
    orderId: string,
    { cursor, limit }: PageQuery,
  ): Promise<Page<OrderTransition>> {
    const before = cursor === undefined ? undefined : decodeSeqCursor(cursor);
    const { id } = await this.#findOwn(userId, orderId);
    const rows = await this.orders.listTransitions(id, before, limit + 1);
    const items = rows.slice(0, limit).map(toTransition);
    const last = items.at(-1);
    const isLast = rows.length <= limit || last === undefined;
    return { items, nextCursor: isLast ? null : encodeCursor(String(last.version)) };
  }

  /** @throws AppError `trading.order_not_found`; `trading.order_final` when it is too late. */
  async cancel(userId: string, orderId: string): Promise<Order> {
    if (!isId(orderId)) throw orderNotFound();
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.work.run(accountId, async (transaction) => {
      const row = await this.orders.findOwn(transaction.sql, accountId, orderId);
      if (!row) throw orderNotFound();
      return this.#cancel(transaction, userId, row);
    });
  }

  /** All working orders, of one symbol or of any: all of them or none. @returns them, oldest first. */
  async cancelAll(userId: string, symbol: string | undefined): Promise<Order[]> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.work.run(accountId, (transaction, account) =>
      this.cancelWithin(transaction, account, symbol),
    );
  }

  /** {@link cancelAll} as a part of other work on the account. */
  async cancelWithin(
    transaction: Transaction,
    { id, userId }: Pick<AccountRow, 'id' | 'userId'>,
    symbol: string | undefined,
  ): Promise<Order[]> {
    const cancelled: Order[] = [];
    for (const row of await this.orders.listWorking(transaction.sql, id, symbol)) {
      cancelled.push(await this.#cancel(transaction, userId, row));
    }
    return cancelled;
  }

  async #cancel(transaction: Transaction, userId: string, row: OrderRow): Promise<Order> {
    const why = { reason: 'cancelled_by_owner' } as const;
    return toOrder(await this.journal.end(transaction, userId, row, { status: 'cancelled' }, why));
  }

  async #accept(
    transaction: Transaction,
    account: AccountRow,
    asked: OrderRequest,
    of: Pick<OrderCircumstances, 'replaces' | 'time' | 'trigger'>,
  ): Promise<Order> {
    const request = this.buyingPower.rules.sized(asked);
    await this.buyingPower.rules.options.assertOrder(transaction, account.id, request, of.replaces);
    const { trigger } = of;
    const holding = await this.buyingPower.reserve(transaction, account, request, trigger);
    const at = new Date(this.clock.nowMs());
    const row = newOrder(request, { ...of, accountId: account.id, holding, at });
    return toFirstAnswer(await this.journal.accept(transaction, account.userId, row));
  }

  /** The order that was placed under the same `client_order_id`. */
  async #findRepeated(
    transaction: Transaction,
    accountId: string,
    request: OrderRequest,
    replaces: string | null,
  ): Promise<OrderRow | undefined> {
    const clientOrderId = request.client_order_id;
    if (clientOrderId === undefined) return undefined;
    const row = await this.orders.findByClientOrderId(transaction.sql, accountId, clientOrderId);
    if (row && (row.replaces !== replaces || !isSameOrder(row, request))) {
      throw clientOrderIdReused(clientOrderId);
    }
    return row;
  }

  async #findOwn(userId: string, orderId: string): Promise<OrderRow> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const row = isId(orderId) ? await this.orders.readOwn(accountId, orderId) : undefined;
    if (!row) throw orderNotFound();
    return row;
  }
}
