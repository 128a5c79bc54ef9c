import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { QuotesService, type Quote } from '../../market-data/index.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { PositionRow } from '../execution/executions.table.js';
import { OrderJournal } from '../orders/order-journal.js';
import type { OrderRow } from '../orders/orders.table.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { availableCash } from '../trading.mappers.js';
import { CollateralBook } from './collateral-book.js';
import { writtenOf } from './collateral.js';
import type { HeldContract, Means } from './settlement.js';

/** A position in a contract that has expired, with what it is settled by. */
export interface OverContract extends HeldContract {
  readonly symbol: string;
  readonly underlying: string;
  readonly quote: Quote;
  readonly intrinsic: string;
}

/** What an account has to do with a contract: its position, its orders, and what exercising can be paid with. */
@Injectable()
export class ContractBooks {
  constructor(
    private readonly quotes: QuotesService,
    private readonly accounts: AccountsRepository,
    private readonly executions: ExecutionsRepository,
    private readonly orders: OrdersRepository,
    private readonly journal: OrderJournal,
    private readonly collateral: CollateralBook,
  ) {}

  /** Undefined while it has not expired, and for a contract of another market than this: that waits for its own. */
  overOf(row: PositionRow): OverContract | undefined {
    const contract = this.quotes.optionContract(row.symbol);
    const end = this.quotes.optionSettlement(row.symbol);
    if (!contract || !end) return undefined;
    return {
      symbol: row.symbol,
      underlying: contract.underlying,
      quantity: money(row.quantity),
      averageCost: money(row.averageCost),
      right: contract.right,
      strike: money(contract.strike),
      ...end,
    };
  }

  findPosition(
    { sql }: Transaction,
    accountId: string,
    symbol: string,
  ): Promise<PositionRow | undefined> {
    return this.executions.findPosition(sql, accountId, symbol);
  }

  findOrder(
    { sql }: Transaction,
    accountId: string,
    clientOrderId: string,
  ): Promise<OrderRow | undefined> {
    return this.orders.findByClientOrderId(sql, accountId, clientOrderId);
  }

  /** Orders for a contract that is over: what they hold back is free again. The account must be locked. */
  async endOrders(transaction: Transaction, account: AccountRow, symbol: string): Promise<void> {
    const why = { reason: 'time_in_force_over' } as const;
    for (const order of await this.orders.listWorking(transaction.sql, account.id, symbol)) {
      await this.journal.end(transaction, account.userId, order, { status: 'expired' }, why);
    }
  }

  /** What stood behind a written contract pays for its assignment, or is free. The account must be locked. */
  async freeCollateral(
    transaction: Transaction,
    accountId: string,
    { symbol, quantity }: OverContract,
  ): Promise<void> {
    if (quantity.gte(0)) return;
    await this.collateral.free(transaction, accountId, symbol, writtenOf(quantity));
  }

  /** What is free at this moment. The account must be locked. */
  async meansOf(
    transaction: Transaction,
    accountId: string,
    { underlying }: { readonly underlying: string },
  ): Promise<Means> {
    const { sql } = transaction;
    const account = await this.accounts.get(sql, accountId);
    return {
      cash: availableCash(account),
      shares: freeShares(await this.executions.findPosition(sql, accountId, underlying)),
    };
  }
}

/** Shares that no order holds back. */
export function freeShares(row: PositionRow | undefined): Money {
  return row ? money(row.quantity).minus(row.reservedQuantity) : money(0);
}
