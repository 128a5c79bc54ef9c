import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { moneyText } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerEntryKind } from '../ledger/ledger.table.js';
import { trade, type Holding } from '../ledger/postings.js';
import { ExecutionsRepository } from './executions.repository.js';
import type { OrderRow } from '../orders/orders.table.js';
import { applyFill, type Fill } from './position.js';
import { OrderFilled } from '../trading.events.js';
import { toPosition, toTrade } from '../trading.mappers.js';

/** Writes what a fill does to an account: the execution, the cash and the position, always together. */
@Injectable()
export class FillLedger {
  constructor(
    private readonly ledger: Ledger,
    private readonly executions: ExecutionsRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * The account must be locked by the transaction.
   * @param released of what the order held back, what it needs no longer
   * @param kind of the ledger's entry
   */
  async record(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRow,
    fill: Fill,
    quote: Quote,
    released: Holding,
    kind: LedgerEntryKind = 'fill',
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
    // Before the posting: the position that the fill adds to.
    const before = await this.executions.findPosition(sql, account.id, order.symbol);
    const { averageCost, realizedPnl } = applyFill(toPosition(before), fill);
    await this.ledger.post(transaction, {
      accountId: account.id,
      kind,
      postings: trade({ ...fill, symbol: order.symbol, released }),
      orderId: order.id,
      executionId: execution.id,
    });
    await this.executions.setCost(sql, account.id, order.symbol, {
      averageCost: moneyText(averageCost),
      realizedPnl: moneyText(realizedPnl),
    });
    await this.outbox.publish(transaction, OrderFilled, {
      userId: account.userId,
      trade: toTrade(execution),
    });
  }
}
