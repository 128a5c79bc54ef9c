import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { money, moneyText } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from './executions.repository.js';
import type { OrderRow } from '../orders/orders.table.js';
import { applyFill, cashChange, type Fill } from './position.js';
import { OrderFilled } from '../trading.events.js';
import { toPosition, toTrade } from '../trading.mappers.js';

/** Writes what a fill does to an account: the execution, the cash and the position, always together. */
@Injectable()
export class FillLedger {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly executions: ExecutionsRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The account must be locked by the transaction. */
  async record(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRow,
    fill: Fill,
    quote: Quote,
  ): Promise<void> {
    const { sql } = transaction;
    const execution = {
      id: newId(),
      accountId: account.id,
      orderId: order.id,
      symbol: order.symbol,
      side: fill.side,
      quantity: moneyText(fill.quantity),
      price: moneyText(fill.price),
      quoteAsOf: new Date(quote.asOf),
      quoteSource: quote.source,
      executedAt: new Date(this.clock.nowMs()),
    };
    await this.executions.insert(sql, execution);
    const cash = money(account.cash).plus(cashChange(fill));
    await this.accounts.setCash(sql, account.id, moneyText(cash));
    const before = await this.executions.findPosition(sql, account.id, order.symbol);
    const position = applyFill(toPosition(before), fill);
    await this.executions.savePosition(sql, {
      accountId: account.id,
      symbol: order.symbol,
      quantity: moneyText(position.quantity),
      averageCost: moneyText(position.averageCost),
      realizedPnl: moneyText(position.realizedPnl),
      updatedAt: execution.executedAt,
    });
    await this.outbox.publish(transaction, OrderFilled, {
      userId: account.userId,
      trade: toTrade(execution),
    });
  }
}
