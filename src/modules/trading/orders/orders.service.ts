import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { isId } from '../../../kernel/ids.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../../../kernel/page.js';
import type { PageQuery } from '../../../http/index.js';
import { AccountWork } from '../accounts/account-work.js';
import { AccountsService } from '../accounts/accounts.service.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { decodeSeqCursor } from '../accounts/seq-cursor.js';
import { GroupOrders } from './groups/group-orders.js';
import { OrderJournal } from './order-journal.js';
import { OrderPlacement } from './order-placement.js';
import { isFinal } from './order-state.js';
import { OrdersRepository } from './orders.repository.js';
import type { OrderRow } from './orders.table.js';
import { ORDER_ID_TOLD } from '../trading.dto.js';
import type {
  ListOrders,
  Order,
  OrderTransition,
  OrderRequest,
  ReplaceOrder,
} from '../trading.dto.js';
import { orderNotFound } from '../trading.errors.js';
import { toOrder, toTransition } from '../trading.mappers.js';

/** Takes, replaces and cancels orders. What it answers comes from the database, never from a cache. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly work: AccountWork,
    private readonly orders: OrdersRepository,
    private readonly placement: OrderPlacement,
    private readonly groups: GroupOrders,
    private readonly journal: OrderJournal,
  ) {}

  /**
   * Stores the order, what it holds back, and the job that will execute it, in one transaction.
   * Sent again under the same `client_order_id`, the same order answers as it did the first time.
   * @throws AppError `trading.unknown_symbol`, `trading.insufficient_funds`, `trading.insufficient_position`,
   *   `trading.bad_order_size`, `trading.not_fractionable`, `trading.notional_too_small`, `trading.bad_quantity`, `trading.contract_not_listed`, `trading.uncovered_option`, `trading.not_shortable`,
   *   `trading.equity_below_minimum`, `trading.opposite_order`,
   *   `trading.bad_expiry`, `trading.bad_time_in_force`, `trading.bad_extended_hours`, `trading.market_closed`,
   *   `trading.too_late_for_auction`, `trading.stop_price_reached`, `trading.bad_lots`, `trading.too_many_orders`,
   *   `trading.bad_order_class`, `trading.bad_take_profit`, `trading.bad_stop_loss`,
   *   `trading.client_order_id_reused`, `trading.account_busy`; as `RiskChecks.assertAcceptable`
   */
  async place(userId: string, request: OrderRequest): Promise<Order> {
    const accountId = await this.accounts.idOf(userId);
    return this.work.run(accountId, (transaction, account) =>
      this.placeWithin(transaction, account, request),
    );
  }

  /**
   * {@link place} as a part of other work on the account. A refusal comes before anything is written.
   * @param account as it is now, with all that the work has changed
   * @param asked by the request that it is a part of; undefined: for this order
   * @throws AppError as {@link place}
   */
  placeWithin(
    transaction: Transaction,
    account: AccountRow,
    request: OrderRequest,
    asked?: string,
  ): Promise<Order> {
    return this.placement.place(transaction, account, request, asked);
  }

  /**
   * Ends a working order, and puts another in its place that asks for what is left of the changed one: all of it or
   * nothing. Sent again under the same `client_order_id`, it answers as it did the first time.
   * @throws AppError `trading.order_not_found`; `trading.order_final` when it is too late; `trading.bad_replacement`;
   *   as {@link place}
   */
  async replace(userId: string, orderId: string, change: ReplaceOrder): Promise<Order> {
    if (!isId(orderId)) throw orderNotFound();
    const accountId = await this.accounts.idOf(userId);
    return this.work.run(accountId, async (transaction, account) => {
      const before = await this.orders.findOwn(transaction.sql, accountId, orderId);
      if (!before) throw orderNotFound();
      return this.placement.replace(transaction, account, before, change);
    });
  }

  /** @throws AppError `trading.order_not_found`, also for an order of somebody else. */
  async get(userId: string, orderId: string): Promise<Order> {
    return this.groups.view(await this.#findOwn(userId, orderId));
  }

  /** After a time-out: what has become of it. @throws AppError `trading.order_not_found` */
  async getByClientOrderId(userId: string, clientOrderId: string): Promise<Order> {
    const accountId = await this.accounts.idOf(userId);
    // None that could be stored is longer; and PostgreSQL takes no NUL.
    const row = ORDER_ID_TOLD.test(clientOrderId)
      ? await this.orders.readByClientOrderId(accountId, clientOrderId)
      : undefined;
    if (!row) throw orderNotFound();
    return this.groups.view(row);
  }

  async list(userId: string, { cursor, limit, status, symbol }: ListOrders): Promise<Page<Order>> {
    const accountId = await this.accounts.idOf(userId);
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
    const accountId = await this.accounts.idOf(userId);
    return this.work.run(accountId, async (transaction) => {
      const row = await this.orders.findOwn(transaction.sql, accountId, orderId);
      if (!row) throw orderNotFound();
      return this.#cancel(transaction, userId, row);
    });
  }

  /** All orders that have not ended, of one symbol or of any: all of them or none. @returns them, oldest first. */
  async cancelAll(userId: string, symbol: string | undefined): Promise<Order[]> {
    const accountId = await this.accounts.idOf(userId);
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
    // Legs that are held first: the end of what was bought in part would let them work.
    const rows = await this.orders.listUnfinished(transaction.sql, id, symbol);
    const held = rows.filter(({ status }) => status === 'held');
    const rest = rows.filter(({ status }) => status !== 'held');
    const ended: Order[] = [];
    for (const row of [...held, ...rest]) {
      // Read again: the end of one order of a group is the end of the others.
      const now = (await this.orders.findOwn(transaction.sql, id, row.id)) ?? row;
      ended.push(isFinal(now.status) ? toOrder(now) : await this.#cancel(transaction, userId, now));
    }
    return ended.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  async #cancel(transaction: Transaction, userId: string, row: OrderRow): Promise<Order> {
    const why = { reason: 'cancelled_by_owner' } as const;
    return toOrder(await this.journal.end(transaction, userId, row, { status: 'cancelled' }, why));
  }

  async #findOwn(userId: string, orderId: string): Promise<OrderRow> {
    const accountId = await this.accounts.idOf(userId);
    const row = isId(orderId) ? await this.orders.readOwn(accountId, orderId) : undefined;
    if (!row) throw orderNotFound();
    return row;
  }
}
