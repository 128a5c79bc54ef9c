import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import { cashToReserve } from './order.js';
import { OrdersRepository } from './orders.repository.js';
import { toPosition } from '../trading.mappers.js';
import type { PlaceOrder } from '../trading.dto.js';
import { insufficientFunds, insufficientPosition, unknownSymbol } from '../trading.errors.js';

/** Whether an account can pay for an order, or holds what it sells, after all it has promised already. */
@Injectable()
export class BuyingPower {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly orders: OrdersRepository,
    private readonly executions: ExecutionsRepository,
    private readonly quotes: QuotesService,
  ) {}

  /** Everything that reads what an account has before it changes it begins with this. */
  lockAccount(transaction: Transaction, accountId: string): Promise<AccountRow> {
    return this.accounts.lock(transaction.sql, accountId);
  }

  /**
   * What the order must hold back, USD; the account must be locked.
   * @throws AppError `trading.unknown_symbol`, `trading.insufficient_funds`, `trading.insufficient_position`
   */
  async reserve(
    transaction: Transaction,
    account: AccountRow,
    request: PlaceOrder,
  ): Promise<Money> {
    if (!this.quotes.findInstrument(request.symbol)) throw unknownSymbol(request.symbol);
    const quantity = money(request.quantity);
    if (request.side === 'sell') {
      await this.#assertHeld(transaction, account.id, request.symbol, quantity);
      return money(0);
    }
    const quote = this.quotes.currentQuote(request.symbol);
    const required = cashToReserve(
      {
        side: request.side,
        type: request.type,
        quantity,
        limitPrice: request.type === 'limit' ? money(request.limitPrice) : undefined,
      },
      { bid: money(quote.bid), ask: money(quote.ask) },
    );
    const available = await this.availableCash(transaction, account);
    if (required.gt(available)) throw insufficientFunds(required, available);
    return required;
  }

  /** Cash less what working orders hold back, apart from `exceptOrderId`; the account must be locked. */
  async availableCash(
    transaction: Transaction,
    account: AccountRow,
    exceptOrderId?: string,
  ): Promise<Money> {
    const reserved = await this.accounts.reservedCash(transaction.sql, account.id, exceptOrderId);
    return money(account.cash).minus(reserved);
  }

  async #assertHeld(
    transaction: Transaction,
    accountId: string,
    symbol: string,
    quantity: Money,
  ): Promise<void> {
    const position = toPosition(
      await this.executions.findPosition(transaction.sql, accountId, symbol),
    );
    const promised = await this.orders.reservedShares(transaction.sql, accountId, symbol);
    const available = position.quantity.minus(promised);
    if (quantity.gt(available)) throw insufficientPosition(symbol, quantity, available);
  }
}
