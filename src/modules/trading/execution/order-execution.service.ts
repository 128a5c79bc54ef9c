import { Injectable, Logger } from '@nestjs/common';
import { Database, type Transaction } from '../../../database/index.js';
import { money, moneyText } from '../../../kernel/money.js';
import { QuotesService, type Quote } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { BuyingPower } from '../orders/buying-power.js';
import { FillLedger } from './fill-ledger.js';
import { matchPrice } from '../orders/order.js';
import { OrderJournal } from '../orders/order-journal.js';
import { isWorking } from '../orders/order-state.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import type { OrderRow } from '../orders/orders.table.js';
import type { Fill } from './position.js';
import { toTerms } from '../trading.mappers.js';

/** Fills orders on the current quote. */
@Injectable()
export class OrderExecutionService {
  readonly #logger = new Logger(OrderExecutionService.name);

  constructor(
    private readonly database: Database,
    private readonly orders: OrdersRepository,
    private readonly buyingPower: BuyingPower,
    private readonly journal: OrderJournal,
    private readonly ledger: FillLedger,
    private readonly quotes: QuotesService,
  ) {}

  /**
   * Fills the order if the market reaches it, lets it wait if not. A fill writes execution, cash, position
   * and order in one transaction, and what follows from it in the outbox. An order that is done already is
   * left as it is: running twice changes nothing.
   */
  async execute(orderId: string): Promise<void> {
    const known = await this.orders.find(orderId);
    if (!known || !isWorking(known.status)) return;
    await this.database.transaction(async (transaction) => {
      const account = await this.buyingPower.lockAccount(transaction, known.accountId);
      // Read again under the lock: another run, or a cancellation, may have been faster.
      const order = await this.orders.findOwn(transaction.sql, account.id, orderId);
      if (!order || !isWorking(order.status)) return;
      if (!this.quotes.findInstrument(order.symbol)) {
        // The market was changed under it, from simulated to replay, say.
        return this.#reject(transaction, account, order, 'trading.unknown_symbol');
      }
      const quote = this.quotes.currentQuote(order.symbol);
      const price = matchPrice(toTerms(order), { bid: money(quote.bid), ask: money(quote.ask) });
      if (price !== undefined) {
        const fill = { side: order.side, quantity: money(order.quantity), price };
        await this.#fill(transaction, account, order, fill, quote);
      } else if (order.status === 'accepted') {
        await this.journal.advance(transaction, account.userId, order, { status: 'open' });
      }
    });
  }

  async #fill(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRow,
    fill: Fill,
    quote: Quote,
  ): Promise<void> {
    if (!(await this.#canPay(transaction, account, order, fill))) {
      // The price left the collar that was reserved, and no other cash is free.
      return this.#reject(transaction, account, order, 'trading.insufficient_funds');
    }
    // First the fill, then the order: who hears that an order is filled finds nothing cached from before.
    await this.ledger.record(transaction, account, order, fill, quote);
    await this.journal.advance(transaction, account.userId, order, {
      status: 'filled',
      filledQuantity: moneyText(fill.quantity),
      averageFillPrice: moneyText(fill.price),
      reservedCash: '0',
    });
    transaction.afterCommit(() => {
      this.#logger.log({
        message: 'order filled',
        orderId: order.id,
        symbol: order.symbol,
        price: fill.price.toFixed(),
      });
    });
  }

  async #reject(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRow,
    rejectReason: string,
  ): Promise<void> {
    const change = { status: 'rejected', reservedCash: '0', rejectReason } as const;
    await this.journal.advance(transaction, account.userId, order, change);
  }

  async #canPay(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRow,
    fill: Fill,
  ): Promise<boolean> {
    if (fill.side === 'sell') return true;
    const available = await this.buyingPower.availableCash(transaction, account, order.id);
    return fill.quantity.times(fill.price).lte(available);
  }
}
