import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { Money, money, moneyText } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { sharesFor } from '../execution/notional-size.js';
import { feeOf } from '../execution/paper/fees.js';
import { paperModel, type PaperModel } from '../execution/paper/paper-model.js';
import { worstSlippage } from '../execution/paper/slippage.js';
import { newOrder } from '../orders/new-order.js';
import { cashToReserve } from '../orders/order.js';
import { OrderCancellation } from '../orders/order-cancellation.js';
import { OrderJournal } from '../orders/order-journal.js';
import type { OrderRow } from '../orders/orders.table.js';
import { availableCash } from '../trading.mappers.js';
import type { ShortState } from './margin-plan.js';

/** What margin calls do with the orders of an account. */
@Injectable()
export class MarginOrders {
  readonly #paper: PaperModel;

  constructor(
    private readonly journal: OrderJournal,
    private readonly cancellation: OrderCancellation,
    private readonly quotes: QuotesService,
    @Inject(Config) config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#paper = paperModel(config.trading.paper);
  }

  /** Cancels the latest orders, until they have freed so much, USD. */
  cancelFor(transaction: Transaction, account: AccountRow, wanted: Money): Promise<void> {
    return this.cancellation.cancelFor(transaction, account, wanted, 'margin_call');
  }

  /** Cancels the orders of a symbol, which is about to be bought back. */
  cancelAll(transaction: Transaction, account: AccountRow, symbol: string): Promise<void> {
    return this.cancellation.cancelAll(transaction, account, symbol, 'margin_call');
  }

  /**
   * Buys a short position back at the market, as much of it as there is money for: what stands behind it, and what is free.
   * The broker's order passes no risk checks. It holds nothing back: its fill takes what stands behind the position.
   * @param account as it is now
   * @returns whether there is money for any of it
   */
  async buyBack(
    transaction: Transaction,
    account: AccountRow,
    short: ShortState,
  ): Promise<boolean> {
    const quantity = this.#payable(short, availableCash(account));
    if (quantity.isZero()) return false;
    const order = newOrder(
      {
        symbol: short.symbol,
        side: 'buy',
        type: 'market',
        quantity: moneyText(quantity),
        timeInForce: 'gtc',
        client_order_id: `${callIdOf(short.symbol)}${newId()}`,
      },
      {
        accountId: account.id,
        replaces: null,
        time: { worksFrom: null, expiresAt: null },
        holding: { cash: money(0), shares: money(0) },
        at: new Date(this.clock.nowMs()),
      },
    );
    await this.journal.accept(transaction, account.userId, order, 'margin_call');
    return true;
  }

  #payable({ symbol, shares, collateral, ask }: ShortState, free: Money): Money {
    const { slippage, fees } = this.#paper;
    const one = {
      side: 'buy',
      type: 'market',
      quantity: money(1),
      limitPrice: undefined,
    } as const;
    const price = cashToReserve(one, { bid: ask, ask }, worstSlippage(slippage));
    const fee = feeOf(fees, { side: 'buy', quantity: shares, notional: price.times(shares) });
    const usd = Money.max(0, collateral.plus(free).minus(fee));
    const payable = sharesFor({ usd, shares }, price);
    const isFractionable = this.quotes.findInstrument(symbol)?.fractionable ?? true;
    return payable.eq(shares) || isFractionable ? payable : payable.floor();
  }
}

/** Orders of margin calls: no client can choose an id with a colon. */
export function isMarginCall({ symbol, clientOrderId }: OrderRow): boolean {
  return clientOrderId.startsWith(callIdOf(symbol));
}

function callIdOf(symbol: string): string {
  return `margin-call:${symbol}:`;
}
