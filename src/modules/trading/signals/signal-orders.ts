import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { money, moneyText, type Money } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { OrdersService } from '../orders/orders.service.js';
import { unknownSymbol } from '../trading.errors.js';
import { AutoTradingReader } from './auto-trading-reader.js';
import { assertMayTradeItself } from './auto-trading.js';
import { AutoTradingService } from './auto-trading.service.js';
import { DayPnl } from './day-pnl.js';
import { sharesOf } from './signal-size.js';
import type { SignalRow } from './signals.table.js';

/** The order that a signal becomes. */
@Injectable()
export class SignalOrders {
  constructor(
    private readonly orders: OrdersService,
    private readonly settings: AutoTradingService,
    private readonly reader: AutoTradingReader,
    private readonly dayPnl: DayPnl,
    private readonly quotes: QuotesService,
  ) {}

  /** What is to be read before the transaction: USD that the day has brought, of a signal that may trade by itself. */
  async dayPnlFor({ status, userId }: SignalRow): Promise<Money> {
    return status === 'pending' ? this.dayPnl.of(userId) : money(0);
  }

  /**
   * A refusal comes before anything is written.
   * @returns the order's id
   * @throws AppError `trading.signal_without_size`; as `assertMayTradeItself` when nobody has approved it; as
   *   `OrdersService.place`
   */
  async place(
    transaction: Transaction,
    account: AccountRow,
    signal: SignalRow,
    dayPnl: Money,
  ): Promise<string> {
    const { symbol, side } = signal;
    if (!this.quotes.findInstrument(symbol)) throw unknownSymbol(symbol);
    const quote = this.quotes.currentQuote(symbol);
    const prices = { bid: money(quote.bid), ask: money(quote.ask) };
    const shares = sharesOf(signal, side === 'buy' ? prices.ask : prices.bid);
    if (signal.status === 'pending') {
      const limits = await this.settings.limits(transaction.sql, signal.userId);
      const order = { symbol, side, shares };
      const facts = await this.reader.facts(transaction.sql, account.id, order, prices);
      assertMayTradeItself(limits, { ...facts, dayPnl });
    }
    // A signal to sell gets out of what is held: it opens no short position, which no limit of its owner is made for.
    const seller = side === 'sell' ? { ...account, shortSelling: false } : account;
    const { id } = await this.orders.placeWithin(transaction, seller, {
      ...{ symbol, side, type: 'market', timeInForce: 'day' },
      quantity: moneyText(shares),
      client_order_id: `signal-${signal.id}`,
    });
    return id;
  }
}
