import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { money, moneyText } from '../../../kernel/money.js';
import { isContractSymbol, type Quote } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { Balances } from '../ledger/balances.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerEntryKind } from '../ledger/ledger.table.js';
import { CollateralBook } from '../options/collateral-book.js';
import { writes, writtenOf } from '../options/collateral.js';
import { trade, type Holding } from '../ledger/postings.js';
import { collateralOfFill } from '../margin/fill-collateral.js';
import { ExecutionsRepository } from './executions.repository.js';
import type { ExecutionRow } from './executions.table.js';
import type { OrderRow } from '../orders/orders.table.js';
import { canPay, opensLong, type PaidFill } from './fill-cover.js';
import { LotLedger } from './lot-ledger.js';
import type { FillReason } from './paper/paper-model.js';
import { accountStream, OrderFilled } from '../trading.events.js';
import { availableCash, toPledgedPosition, toTrade } from '../trading.mappers.js';

export interface PaperFill extends PaidFill {
  readonly why: FillReason;
}

export type RecordedFill =
  { readonly executionId: string } | { readonly refused: 'insufficient_funds' | 'opposite_order' };

/** Who settles a contract has seen that it can be paid. */
const ANY = money(Infinity);
const NOTHING = { cash: money(0), shares: money(0) };

/** Writes what a fill does to an account: the execution, the cash and the position, always together. */
@Injectable()
export class FillLedger {
  constructor(
    private readonly ledger: Ledger,
    private readonly executions: ExecutionsRepository,
    private readonly collateral: CollateralBook,
    private readonly lots: LotLedger,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * The account must be locked by the transaction.
   * @param released of what the order held back, what it needs no longer
   * @param kind of the ledger's entry
   * @returns the id of the execution; of a `fill` also why it cannot be: then nothing is written
   */
  async record(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRow,
    fill: PaperFill,
    quote: Quote,
    released: Holding,
    kind: LedgerEntryKind = 'fill',
  ): Promise<RecordedFill> {
    const { sql } = transaction;
    const { symbol } = order;
    // The position that the fill adds to, or takes from.
    const before = await this.executions.findPosition(sql, account.id, symbol);
    const held = money(before?.quantity ?? 0);
    const isOption = isContractSymbol(symbol);
    const free = availableCash(account);
    const means = { released: released.cash, free: kind === 'fill' ? free : ANY };
    const collateral = isOption
      ? money(0)
      : collateralOfFill(toPledgedPosition(before), fill, means);
    if (kind === 'fill') {
      const isHeld = isOption || held.lte(0) || released.shares.gte(fill.quantity);
      if (fill.side === 'sell' && !isHeld) return { refused: 'opposite_order' };
      if (opensLong(order, fill, held)) return { refused: 'opposite_order' };
      if (!canPay(fill, released, free, collateral)) return { refused: 'insufficient_funds' };
    }
    const execution = await this.executions.insert(
      sql,
      toExecution(order, fill, quote, this.clock),
    );
    // What was held back for writing a contract stands behind it from now on.
    const freed = isOption && kind === 'fill' && writes(fill.side, held) ? NOTHING : released;
    const postings = trade({ ...fill, symbol, released: freed, collateral });
    const { seq } = await this.ledger.post(transaction, {
      accountId: account.id,
      kind,
      postings,
      orderId: order.id,
      executionId: execution.id,
      symbol,
    });
    const { cash } = new Balances(postings);
    await this.lots.record(sql, account, { execution, order, cash, seq, before });
    if (isOption && kind === 'fill' && fill.side === 'buy' && held.lt(0)) {
      const { quantity } = fill;
      const bought = quantity.lt(writtenOf(held)) ? quantity : writtenOf(held);
      await this.collateral.free(transaction, account.id, symbol, bought, order.id);
    }
    const ofShort = fill.side === 'sell' ? held.lte(0) : held.lt(0);
    const filled = { userId: account.userId, trade: toTrade(execution), ofShort };
    await this.outbox.publish(transaction, OrderFilled, filled, accountStream(account.id));
    return { executionId: execution.id };
  }
}

function toExecution(
  { id: orderId, accountId, symbol }: OrderRow,
  { side, quantity, price, fee, why }: PaperFill,
  quote: Quote,
  clock: Clock,
): Omit<ExecutionRow, 'sequence'> {
  return {
    id: newId(),
    accountId,
    orderId,
    symbol,
    side,
    quantity: moneyText(quantity),
    price: moneyText(price),
    quoteAsOf: new Date(quote.asOf),
    quoteSource: quote.source,
    fee: moneyText(fee),
    rule: why.rule,
    slippage: moneyText(why.slippage),
    bid: quote.bid,
    ask: quote.ask,
    bidSize: quote.bidSize ?? null,
    askSize: quote.askSize ?? null,
    executedAt: new Date(clock.nowMs()),
  };
}
