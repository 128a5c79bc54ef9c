import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money, moneyText } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { FillLedger } from '../execution/fill-ledger.js';
import { newOrder } from '../orders/new-order.js';
import { OrderJournal } from '../orders/order-journal.js';
import type { OrderRow } from '../orders/orders.table.js';
import type { OptionEntryKind, Settlement, SettlementLeg } from './settlement.js';

/** What a settlement is about. */
export interface SettledContract {
  readonly symbol: string;
  readonly underlying: string;
  /** Of the underlying: by it the contract is settled. */
  readonly quote: Quote;
  /** Of the order that closes the contract; that of the shares has `:shares` behind it. No client can choose one with a colon. */
  readonly id: string;
  /** By its owner, who exercises it; undefined at expiry. */
  readonly asked?: string;
}

const NOTHING = { cash: money(0), shares: money(0) };

/**
 * Writes the trades that the end of a contract amounts to: each as an order that is filled at once, with its execution and
 * its entry. So whatever follows from trades (positions, lots, profit, the journal, news) follows from these too.
 */
@Injectable()
export class OptionLegs {
  constructor(
    private readonly journal: OrderJournal,
    private readonly fills: FillLedger,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The account must be locked by the transaction. @returns the orders, that of the contract first */
  async record(
    transaction: Transaction,
    account: AccountRow,
    { kind, legs }: Settlement,
    settled: SettledContract,
  ): Promise<OrderRow[]> {
    const orders: OrderRow[] = [];
    for (const leg of legs) {
      const order = await this.#trade(transaction, account, kind, leg, settled);
      if (leg.of === 'contract') orders.unshift(order);
      else orders.push(order);
    }
    return orders;
  }

  async #trade(
    transaction: Transaction,
    account: AccountRow,
    kind: OptionEntryKind,
    leg: SettlementLeg,
    { symbol, underlying, quote, id, asked }: SettledContract,
  ): Promise<OrderRow> {
    const { side, quantity, price } = leg;
    const isContract = leg.of === 'contract';
    const accepted = newOrder(
      {
        symbol: isContract ? symbol : underlying,
        side,
        type: 'market',
        quantity: moneyText(quantity),
        timeInForce: 'fok',
        client_order_id: isContract ? id : `${id}:shares`,
      },
      {
        accountId: account.id,
        ...(asked !== undefined && { asked }),
        replaces: null,
        time: { worksFrom: null, expiresAt: null },
        holding: NOTHING,
        at: new Date(this.clock.nowMs()),
      },
    );
    const order = await this.journal.begin(transaction, account.userId, accepted, kind);
    const recorded = await this.fills.record(
      transaction,
      account,
      order,
      { side, quantity, price, fee: money(0), why: { rule: 'market', slippage: money(0) } },
      quote,
      NOTHING,
      kind,
    );
    if ('refused' in recorded) throw new Error(`a ${kind} was refused: ${recorded.refused}`);
    const { executionId } = recorded;
    const change = {
      status: 'filled',
      filledQuantity: moneyText(quantity),
      filledNotional: quantity.times(price).toFixed(),
      averageFillPrice: moneyText(price),
      lastFillQuoteAsOf: new Date(quote.asOf),
    } as const;
    return this.journal.advance(transaction, account.userId, order, change, {
      reason: kind,
      quote,
      executionId,
    });
  }
}
