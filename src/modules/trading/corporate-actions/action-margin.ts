import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import type { Money } from '../../../kernel/money.js';
import { contractRoot } from '../../market-data/index.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import { Balances } from '../ledger/balances.js';
import { Ledger } from '../ledger/ledger.js';
import { pledge } from '../ledger/postings.js';
import { OptionsRepository } from '../options/options.repository.js';
import { OrderCancellation } from '../orders/order-cancellation.js';
import { availableCash, toPledgedPosition } from '../trading.mappers.js';
import { takenFrom, type Pledge } from './charge-cover.js';
import type { ActionEffect, CorporateAction } from './corporate-action.js';

/** What a corporate action does beside its own entry: to working orders, and to what stands behind short positions. */
@Injectable()
export class ActionMargin {
  constructor(
    private readonly cancellation: OrderCancellation,
    private readonly executions: ExecutionsRepository,
    private readonly accounts: AccountsRepository,
    private readonly ledger: Ledger,
    private readonly options: OptionsRepository,
  ) {}

  /**
   * What an order asks for is no longer what its sender meant, and a contract on the symbol is no longer what an order for it was
   * about. A dividend leaves orders as they are. A short position that comes under another symbol adds to what is owed there:
   * orders of that end too.
   */
  async endOrders(
    transaction: Transaction,
    account: AccountRow,
    action: CorporateAction,
  ): Promise<void> {
    if (action.kind === 'dividend') return;
    const { symbol } = action;
    const root = contractRoot(symbol);
    const contracts = await this.options.listOrdered(transaction.sql, account.id, root);
    for (const ended of [symbol, ...contracts]) {
      await this.cancellation.cancelAll(transaction, account, ended, 'corporate_action');
    }
    if (action.kind !== 'symbol_change') return;
    const { quantity } = await this.#position(transaction, account.id, symbol);
    if (quantity.gte(0)) return;
    await this.cancellation.cancelAll(transaction, account, action.newSymbol, 'corporate_action');
  }

  /**
   * Before the entry of the action: what is to be paid for a short position, and is not free, comes out of what stands behind
   * it, then out of what working orders hold back, then out of what stands behind other short positions. It is due even so: what
   * is missing then is a debit. And what stands behind a position goes with it to another symbol.
   */
  async makeRoom(
    transaction: Transaction,
    account: AccountRow,
    action: CorporateAction,
    { postings }: ActionEffect,
  ): Promise<void> {
    const { id } = account;
    const { symbol } = action;
    const { quantity, collateral } = await this.#position(transaction, id, symbol);
    if (action.kind === 'symbol_change') {
      const there = await this.#position(transaction, id, action.newSymbol);
      if (quantity.gte(0) || quantity.plus(there.quantity).gte(0)) return;
      await this.#move(transaction, id, symbol, collateral.negated());
      await this.#move(transaction, id, action.newSymbol, collateral);
      return;
    }
    const { cash } = new Balances(postings);
    if (cash.gte(0)) return;
    const due = cash.negated();
    await this.#take(transaction, id, due, [{ symbol, collateral }]);
    const missing = await this.#missing(transaction, id, due);
    if (missing.lte(0)) return;
    await this.cancellation.cancelFor(transaction, account, missing, 'margin_call');
    const positions = await this.executions.listPositions(transaction.sql, id);
    const pledges = positions.map((row) => ({ ...toPledgedPosition(row), symbol: row.symbol }));
    await this.#take(transaction, id, due, pledges);
  }

  /** Out of what stands behind short positions, as far as what is free is less than what is due, USD. */
  async #take(
    transaction: Transaction,
    accountId: string,
    due: Money,
    pledges: readonly Pledge[],
  ): Promise<void> {
    const missing = await this.#missing(transaction, accountId, due);
    for (const [symbol, amount] of takenFrom(missing, pledges)) {
      await this.#move(transaction, accountId, symbol, amount.negated());
    }
  }

  async #missing({ sql }: Transaction, accountId: string, due: Money): Promise<Money> {
    return due.minus(availableCash(await this.accounts.get(sql, accountId)));
  }

  /** After its entry: what stands behind a position that is short no more is free. */
  async free(transaction: Transaction, { id }: AccountRow, action: CorporateAction): Promise<void> {
    const symbols =
      action.kind === 'symbol_change' ? [action.symbol, action.newSymbol] : [action.symbol];
    for (const symbol of symbols) {
      const { quantity, collateral } = await this.#position(transaction, id, symbol);
      if (quantity.gte(0)) await this.#move(transaction, id, symbol, collateral.negated());
    }
  }

  async #move(
    transaction: Transaction,
    accountId: string,
    symbol: string,
    amount: Money,
  ): Promise<void> {
    const postings = pledge(amount);
    if (postings.length === 0) return;
    await this.ledger.post(transaction, { accountId, kind: 'margin', postings, symbol });
  }

  async #position({ sql }: Transaction, accountId: string, symbol: string) {
    return toPledgedPosition(await this.executions.findPosition(sql, accountId, symbol));
  }
}
