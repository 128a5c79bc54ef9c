import { Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { AppError } from '../../../kernel/app-error.js';
import { money } from '../../../kernel/money.js';
import { AccountWork } from '../accounts/account-work.js';
import { AccountsService } from '../accounts/accounts.service.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { PositionRow } from '../execution/executions.table.js';
import { OrderExecutionService } from '../execution/order-execution.service.js';
import { askedOf, assertAskedAgain, isMarketOrderOf } from '../orders/asked.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { OrdersService } from '../orders/orders.service.js';
import type { OrderRow } from '../orders/orders.table.js';
import type { Order, PlaceOrder } from '../trading.dto.js';
import { toFirstAnswer } from '../trading.mappers.js';
import { closingOrder } from './closing-order.js';
import type { ClosePosition, Liquidate, Liquidation } from './closing.dto.js';

/** Gets an account out of what it holds, by market orders. */
@Injectable()
export class ClosingService {
  readonly #logger = new Logger(ClosingService.name);

  constructor(
    private readonly accounts: AccountsService,
    private readonly work: AccountWork,
    private readonly orders: OrdersService,
    private readonly rows: OrdersRepository,
    private readonly executions: ExecutionsRepository,
    private readonly execution: OrderExecutionService,
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
      const { client_order_id: id } = request;
      const asked = askedOf('close', symbol, request);
      const before =
        id === undefined ? undefined : await this.rows.findByClientOrderId(sql, accountId, id);
      if (before) {
        assertAskedAgain(before, asked, isMarketOrderOf(before, symbol, request.quantity));
        return toFirstAnswer(before);
      }
      const position = await this.executions.findPosition(sql, accountId, symbol);
      const order = closingOrder(symbol, money(position?.quantity ?? 0), request);
      if (money(order.quantity).eq(money(position?.quantity ?? 0).abs())) {
        await this.orders.cancelWithin(transaction, account, symbol);
      }
      return this.#place(transaction, account, order, asked);
    });
  }

  /**
   * Cancels all working orders, and closes each position: all that can be, in one transaction; then the shares that stood
   * behind written calls, where those could be bought back at once. What cannot be is told by symbol. Sent again under the same `client_order_id`, it answers with the orders that it made the first time.
   * @throws AppError `trading.client_order_id_reused`, `trading.account_busy`
   */
  async liquidate(userId: string, request: Liquidate): Promise<Liquidation> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const { covering, ...done } = await this.#liquidateFree(accountId, request);
    if (covering.length === 0) return done;
    // Until the calls are bought back the shares stand behind them.
    for (const { order } of done.items) if (order) await this.#tryNow(order);
    const rest = await this.work.run(accountId, async (transaction, account) => {
      const items: Liquidation['items'] = [];
      for (const symbol of covering) {
        const position = await this.executions.findPosition(transaction.sql, accountId, symbol);
        if (position) items.push(await this.#closeWhole(transaction, account, position, request));
      }
      return items;
    });
    return { ...done, items: [...done.items, ...rest].sort(bySymbol) };
  }

  /** @returns also the symbols of shares that stand behind written calls: they can be sold once those are bought back */
  #liquidateFree(
    accountId: string,
    request: Liquidate,
  ): Promise<Liquidation & { readonly covering: readonly string[] }> {
    return this.work.run(accountId, async (transaction, account) => {
      const positions = await this.executions.listPositions(transaction.sql, accountId);
      const made = await this.#made(transaction, accountId, positions, request);
      if (made.length > 0) {
        return { cancelled: [], items: answerAgain(made, positions), covering: [] };
      }
      const cancelled = await this.orders.cancelWithin(transaction, account, undefined);
      const items: Liquidation['items'] = [];
      const covering: string[] = [];
      // Read again: no order holds anything back any more.
      for (const position of await this.executions.listPositions(transaction.sql, accountId)) {
        if (money(position.quantity).isZero()) continue;
        if (money(position.reservedQuantity).gt(0)) covering.push(position.symbol);
        else items.push(await this.#closeWhole(transaction, account, position, request));
      }
      return { cancelled, items, covering };
    });
  }

  /** What cannot trade at this moment is left to its job. */
  async #tryNow({ id }: Order): Promise<void> {
    await this.execution.execute(id).catch((error: unknown) => {
      this.#logger.warn({ message: 'not executed at once', orderId: id, err: error });
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
      const asked = askedOfLiquidation(request);
      const placed = await this.#place(transaction, account, order, asked);
      return { symbol, order: placed, error: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { symbol, order: null, error: { code: error.code, detail: error.message } };
    }
  }

  /** With what was held back for cancelled orders, and is free now. */
  async #place(
    transaction: Transaction,
    { id }: AccountRow,
    order: PlaceOrder,
    asked: string,
  ): Promise<Order> {
    const account = await this.work.reread(transaction, id);
    return this.orders.placeWithin(transaction, account, order, asked);
  }

  /**
   * The orders of an earlier request of the same name: a position that was sold out is still in the list.
   * @throws AppError `trading.client_order_id_reused` when one of that name was asked for otherwise
   */
  async #made(
    transaction: Transaction,
    accountId: string,
    positions: readonly PositionRow[],
    request: Liquidate,
  ): Promise<OrderRow[]> {
    const ids = positions.flatMap(({ symbol }) => orderIdOf(request, symbol) ?? []);
    const rows = await this.rows.listByClientOrderIds(transaction.sql, accountId, ids);
    const asked = askedOfLiquidation(request);
    for (const row of rows) assertAskedAgain(row, asked, isMarketOrderOf(row, row.symbol));
    return rows;
  }
}

/** What was made then, and what is there without an order of that name: it was refused, or was bought since. */
function answerAgain(
  made: readonly OrderRow[],
  positions: readonly PositionRow[],
): Liquidation['items'] {
  const error = {
    code: 'trading.not_liquidated',
    detail: 'This request made no order for it: send one of another name.',
  };
  const left = positions.filter(
    ({ symbol, quantity }) =>
      !money(quantity).isZero() && !made.some((row) => row.symbol === symbol),
  );
  return [
    ...made.map((row) => ({ symbol: row.symbol, order: toFirstAnswer(row), error: null })),
    ...left.map(({ symbol }) => ({ symbol, order: null, error })),
  ].sort(bySymbol);
}

function orderIdOf({ client_order_id: id }: Liquidate, symbol: string): string | undefined {
  return id === undefined ? undefined : `${id}-${symbol}`;
}

/** With its name: of `a` and the symbol `B-C`, and of `a-B` and `C`, the orders are called the same. */
function askedOfLiquidation({ client_order_id: id = '' }: Liquidate): string {
  return askedOf('liquidate', id, {});
}

function bySymbol(one: { readonly symbol: string }, other: { readonly symbol: string }): number {
  return one.symbol < other.symbol ? -1 : 1;
}
