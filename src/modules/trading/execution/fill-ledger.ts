import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { money, moneyText } from '../../../kernel/money.js';
import { isContractSymbol, type Quote } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerEntryKind } from '../ledger/ledger.table.js';
import { CollateralBook } from '../options/collateral-book.js';
import { writes, writtenOf } from '../options/collateral.js';
import { trade, type Holding } from '../ledger/postings.js';
import { ExecutionsRepository } from './executions.repository.js';
import type { OrderRow } from '../orders/orders.table.js';
import { applyFill, type Fill } from './position.js';
import { OrderFilled } from '../trading.events.js';
import { toPosition, toTrade } from '../trading.mappers.js';

const NOTHING = { cash: money(0), shares: money(0) };

/** Writes what a fill does to an account: the execution, the cash and the position, always together. */
@Injectable()
export class FillLedger {
  constructor(
    private readonly ledger: Ledger,
    private readonly executions: ExecutionsRepository,
    private readonly collateral: CollateralBook,
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
    const held = money(before?.quantity ?? 0);
    const isOption = isContractSymbol(order.symbol);
    // What was held back for writing a contract stands behind it from now on.
    const freed = isOption && kind === 'fill' && writes(fill.side, held) ? NOTHING : released;
    const { averageCost, realizedPnl } = applyFill(toPosition(before), fill);
    await this.ledger.post(transaction, {
      accountId: account.id,
      kind,
      postings: trade({ ...fill, symbol: order.symbol, released: freed }),
      orderId: order.id,
      executionId: execution.id,
    });
    await this.executions.setCost(sql, account.id, order.symbol, {
      averageCost: moneyText(averageCost),
      realizedPnl: moneyText(realizedPnl),
    });
    if (isOption && kind === 'fill' && fill.side === 'buy' && held.lt(0)) {
      const { quantity } = fill;
      const bought = quantity.lt(writtenOf(held)) ? quantity : writtenOf(held);
      await this.collateral.free(transaction, account.id, order.symbol, bought, order.id);
    }
    await this.outbox.publish(transaction, OrderFilled, {
      userId: account.userId,
      trade: toTrade(execution),
    });
  }
}
