import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money, type Money } from '../../../kernel/money.js';
import { QuotesService, type OptionContract } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { Holding } from '../ledger/postings.js';
import { assertOneWay } from '../orders/one-way.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import type { TimeInForce } from '../orders/time-in-force.js';
import type { PlaceOrder } from '../trading.dto.js';
import { contractNotListed, uncoveredOption } from '../trading.errors.js';
import { availableCash } from '../trading.mappers.js';
import { collateralOf, writes } from './collateral.js';
import { freeShares } from './contract-books.js';
import { assertWholeContracts, endWithin } from './option-terms.js';

/** What an order for a contract must keep to, beside the rules of every order. */
@Injectable()
export class OptionOrders {
  constructor(
    private readonly quotes: QuotesService,
    private readonly executions: ExecutionsRepository,
    private readonly orders: OrdersRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** When the order ends: with the contract at the latest. @throws AppError `trading.bad_expiry` */
  endOf(symbol: string, timeInForce: TimeInForce, end: Date | null): Date | null {
    const contract = this.quotes.findInstrument(symbol)?.option;
    return contract ? endWithin(contract, timeInForce, end) : end;
  }

  /**
   * A contract that the chain shows today can be ordered, and one that the account has to do with already: strikes move
   * on with the spot. The account must be locked.
   * @param replaces the order whose place it takes, which has ended
   * @throws AppError `trading.bad_quantity`, `trading.contract_not_listed`, `trading.opposite_order`
   */
  async assertOrder(
    transaction: Transaction,
    accountId: string,
    request: PlaceOrder,
    replaces: string | null,
  ): Promise<void> {
    const { symbol, quantity } = request;
    if (!this.#contract(symbol)) return;
    assertWholeContracts(money(quantity));
    const position = await this.#position(transaction, accountId, symbol);
    const isKnown = replaces !== null || !position.isZero();
    if (!isKnown && !this.quotes.isContractListed(symbol, this.clock.nowMs())) {
      throw contractNotListed(symbol);
    }
    const working = await this.orders.listWorking(transaction.sql, accountId, symbol);
    assertOneWay(working, request, position);
  }

  /**
   * What a sale that writes contracts holds back; undefined for every other order. The account must be locked.
   * @throws AppError `trading.uncovered_option`
   */
  async collateral(
    transaction: Transaction,
    account: AccountRow,
    { symbol, side, quantity: text }: PlaceOrder,
  ): Promise<Holding | undefined> {
    const contract = this.#contract(symbol);
    if (!contract) return undefined;
    if (!writes(side, await this.#position(transaction, account.id, symbol))) return undefined;
    const holding = collateralOf(contract, money(text));
    const { sql } = transaction;
    const [required, available] =
      contract.right === 'put'
        ? [holding.cash, availableCash(account)]
        : [
            holding.shares,
            freeShares(await this.executions.findPosition(sql, account.id, contract.underlying)),
          ];
    if (required.gt(available)) throw uncoveredOption(contract.right, required, available);
    return holding;
  }

  async #position({ sql }: Transaction, accountId: string, symbol: string): Promise<Money> {
    const row = await this.executions.findPosition(sql, accountId, symbol);
    return money(row?.quantity ?? 0);
  }

  #contract(symbol: string): OptionContract | undefined {
    return this.quotes.findInstrument(symbol)?.option;
  }
}
