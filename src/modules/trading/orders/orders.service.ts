import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { isId, newId } from '../../../kernel/ids.js';
import { money, moneyText } from '../../../kernel/money.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { AccountsService } from '../accounts/accounts.service.js';
import { BuyingPower } from './buying-power.js';
import { OrderJournal } from './order-journal.js';
import { OrdersRepository } from './orders.repository.js';
import type { OrderRow } from './orders.table.js';
import type { ListOrders, Order, PlaceOrder } from '../trading.dto.js';
import { clientOrderIdReused, orderNotFound } from '../trading.errors.js';
import { toFirstAnswer, toOrder } from '../trading.mappers.js';

/** Takes, shows and cancels orders. What it answers comes from the database, never from a cache. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly orders: OrdersRepository,
    private readonly buyingPower: BuyingPower,
    private readonly journal: OrderJournal,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Stores the order, what it holds back, and the job that will execute it, in one transaction.
   * Sent again under the same `client_order_id`, the same order answers as it did the first time.
   * @throws AppError `trading.unknown_symbol`, `trading.insufficient_funds`,
   *   `trading.insufficient_position`, `trading.client_order_id_reused`
   */
  async place(userId: string, request: PlaceOrder): Promise<Order> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.database.transaction(async (transaction) => {
      const account = await this.buyingPower.lockAccount(transaction, accountId);
      const repeated = await this.#findRepeated(transaction, accountId, request);
      if (repeated) return toFirstAnswer(repeated);
      const reservedCash = await this.buyingPower.reserve(transaction, account, request);
      const row = this.#newOrder(accountId, request, moneyText(reservedCash));
      return this.journal.accept(transaction, userId, row);
    });
  }

  /** @throws AppError `trading.order_not_found`, also for an order of somebody else. */
  async get(userId: string, orderId: string): Promise<Order> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const row = isId(orderId)
      ? await this.orders.findOwn(this.database.sql, accountId, orderId)
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

  /** @throws AppError `trading.order_not_found`; `trading.order_final` when it is too late. */
  async cancel(userId: string, orderId: string): Promise<Order> {
    if (!isId(orderId)) throw orderNotFound();
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.database.transaction(async (transaction) => {
      await this.buyingPower.lockAccount(transaction, accountId);
      const row = await this.orders.findOwn(transaction.sql, accountId, orderId);
      if (!row) throw orderNotFound();
      return this.journal.advance(transaction, userId, row, {
        status: 'cancelled',
        reservedCash: '0',
      });
    });
  }

  /** The order that was placed under the same `client_order_id`. */
  async #findRepeated(
    transaction: Transaction,
    accountId: string,
    request: PlaceOrder,
  ): Promise<OrderRow | undefined> {
    const clientOrderId = request.client_order_id;
    if (clientOrderId === undefined) return undefined;
    const row = await this.orders.findByClientOrderId(transaction.sql, accountId, clientOrderId);
    if (row && !isSameOrder(row, request)) throw clientOrderIdReused(clientOrderId);
    return row;
  }

  #newOrder(accountId: string, request: PlaceOrder, reservedCash: string): OrderRow {
    const id = newId();
    const now = new Date(this.clock.nowMs());
    return {
      id,
      accountId,
      clientOrderId: request.client_order_id ?? id,
      symbol: request.symbol,
      side: request.side,
      type: request.type,
      quantity: request.quantity,
      limitPrice: limitPriceOf(request),
      status: 'accepted',
      filledQuantity: '0',
      averageFillPrice: null,
      reservedCash,
      rejectReason: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
  }
}

function limitPriceOf(request: PlaceOrder): string | null {
  return request.type === 'limit' ? request.limitPrice : null;
}

/** `"10"` and `"10.0"` are the same quantity. */
function isSameOrder(row: OrderRow, request: PlaceOrder): boolean {
  const limitPrice = limitPriceOf(request);
  const sameLimit =
    row.limitPrice === null || limitPrice === null
      ? row.limitPrice === limitPrice
      : money(row.limitPrice).eq(limitPrice);
  return (
    row.symbol === request.symbol &&
    row.side === request.side &&
    row.type === request.type &&
    money(row.quantity).eq(request.quantity) &&
    sameLimit
  );
}
