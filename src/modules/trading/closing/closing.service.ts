import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { AppError } from '../../../kernel/app-error.js';
import { money } from '../../../kernel/money.js';
import { AccountWork } from '../accounts/account-work.js';
import { AccountsService } from '../accounts/accounts.service.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { PositionRow } from '../execution/executions.table.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { OrdersService } from '../orders/orders.service.js';
import type { OrderRow } from '../orders/orders.table.js';
import type { Order, PlaceOrder } from '../trading.dto.js';
import { clientOrderIdReused } from '../trading.errors.js';
import { toFirstAnswer } from '../trading.mappers.js';
import { closingOrder } from './closing-order.js';
import type { ClosePosition, Liquidate, Liquidation } from './closing.dto.js';

/** Gets an account out of what it holds, by market orders. */
@Injectable()
export class ClosingService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly work: AccountWork,
    private readonly orders: OrdersService,
    private readonly rows: OrdersRepository,
    private readonly executions: ExecutionsRepository,
  ) {}

  /**
   * Closes a position, or a part of it. Who closes all of it wants nothing of the symbol any more: its working orders
   * are cancelled first, with it or not at all. A part is of what no working order holds back.
   * Sent again under the same `client_order_id`, it answers as it did the first time.
   * @throws AppError `trading.no_position` (not_found); as {@link OrdersService.place}
   */
  async close(userId: string, symbol: string, request: ClosePosition): Promise<Order> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.work.run(accountId, async (transaction, account) => {
      const { sql } = transaction;
      const { client_order_id: id, quantity } = request;
      const before =
        id === undefined ? undefined : await this.rows.findByClientOrderId(sql, accountId, id);
      if (before) return repeat(before, symbol, quantity);
      const position = await this.executions.findPosition(sql, accountId, symbol);
      const order = closingOrder(symbol, money(position?.quantity ?? 0), request);
      if (money(order.quantity).eq(money(position?.quantity ?? 0).abs())) {
        await this.orders.cancelWithin(transaction, account, symbol);
      }
      return this.#place(transaction, account, order);
    });
  }

  /**
   * Cancels all working orders, and closes each position: all that can be, in one transaction; what cannot be is told
   * by symbol. Sent again under the same `client_order_id`, it answers with the orders that it made the first time.
   * @throws AppError `trading.account_busy`
   */
  async liquidate(userId: string, request: Liquidate): Promise<Liquidation> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.work.run(accountId, async (transaction, account) => {
      const positions = await this.executions.listPositions(transaction.sql, accountId);
      const made = await this.#made(transaction, accountId, positions, request);
      if (made.length > 0) {
        const items = made.map((row) => ({
          symbol: row.symbol,
          order: toFirstAnswer(row),
          error: null,
        }));
        return { cancelled: [], items };
      }
      const cancelled = await this.orders.cancelWithin(transaction, account, undefined);
      const items: Liquidation['items'] = [];
      for (const position of positions) {
        if (money(position.quantity).isZero()) continue;
        items.push(await this.#closeWhole(transaction, account, position, request));
      }
      return { cancelled, items };
    });
  }

  /** Refusals come before anything is written: the transaction goes on after them. */
  async #closeWhole(
    transaction: Transaction,
    account: AccountRow,
    { symbol, quantity }: PositionRow,
    request: Liquidate,
  ): Promise<Liquidation['items'][number]> {
    const id = orderIdOf(request, symbol);
    const close = id === undefined ? {} : { client_order_id: id };
    try {
      const order = closingOrder(symbol, money(quantity), close);
      const placed = await this.#place(transaction, account, order);
      return { symbol, order: placed, error: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { symbol, order: null, error: { code: error.code, detail: error.message } };
    }
  }

  /** With what was held back for cancelled orders, and is free now. */
  async #place(transaction: Transaction, { id }: AccountRow, order: PlaceOrder): Promise<Order> {
    const account = await this.work.reread(transaction, id);
    return this.orders.placeWithin(transaction, account, order);
  }

  /** The orders of an earlier request of the same name: a position that was sold out is still in the list. */
  async #made(
    transaction: Transaction,
    accountId: string,
    positions: readonly PositionRow[],
    request: Liquidate,
  ): Promise<OrderRow[]> {
    const ids = positions.flatMap(({ symbol }) => orderIdOf(request, symbol) ?? []);
    return this.rows.listByClientOrderIds(transaction.sql, accountId, ids);
  }
}

function orderIdOf({ client_order_id: id }: Liquidate, symbol: string): string | undefined {
  return id === undefined ? undefined : `${id}-${symbol}`;
}

/** @throws AppError `trading.client_order_id_reused` when it is no order that closes so much of the symbol. */
function repeat(before: OrderRow, symbol: string, quantity: string | undefined): Order {
  const isSame =
    before.symbol === symbol &&
    before.type === 'market' &&
    (quantity === undefined || money(before.quantity).eq(quantity));
  if (!isSame) throw clientOrderIdReused(before.clientOrderId);
  return toFirstAnswer(before);
}
