import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money, moneyText } from '../../../kernel/money.js';
import { QuotesService, type Quote } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { OrderJournal } from '../orders/order-journal.js';
import type { OrderRow } from '../orders/orders.table.js';
import { hasExpired } from '../orders/time-in-force.js';
import { toHoldingOrder } from '../trading.mappers.js';
import type { FillStep } from './execution-step.js';
import { heldFor } from './fill-cover.js';
import { PaperExecution } from './paper/paper-execution.js';
import { FillLedger } from './fill-ledger.js';
import { OrderTriggers } from './order-triggers.js';

/** Takes the step that the current quote makes of a working order, and stores it. */
@Injectable()
export class OrderSteps {
  readonly #logger = new Logger(OrderSteps.name);

  constructor(
    private readonly journal: OrderJournal,
    private readonly fills: FillLedger,
    private readonly paper: PaperExecution,
    private readonly triggers: OrderTriggers,
    private readonly quotes: QuotesService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * A fill writes execution, cash, position and order, and what follows from it into the outbox. The account must be
   * locked by the transaction, and the order read under that lock.
   */
  async take(transaction: Transaction, account: AccountRow, order: OrderRow): Promise<void> {
    const { userId } = account;
    if (hasExpired(order.expiresAt, this.clock.nowMs())) {
      const why = { reason: 'time_in_force_over' } as const;
      await this.journal.end(transaction, userId, order, { status: 'expired' }, why);
      return;
    }
    if (!this.quotes.findInstrument(order.symbol)) {
      // The market was changed under it, from simulated to replay, say.
      return this.#refuse(transaction, account, order, 'unknown_symbol');
    }
    // In an auction all trade by the one quote of its moment, whoever's turn comes when.
    const quote =
      order.worksFrom === null
        ? this.quotes.currentQuote(order.symbol)
        : this.quotes.quoteAt(order.symbol, order.worksFrom.getTime());
    const armed = await this.triggers.arm(transaction, userId, order, quote);
    if (armed !== undefined) await this.#trade(transaction, account, armed, quote);
  }

  async #trade(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRow,
    quote: Quote,
  ): Promise<void> {
    const { userId } = account;
    const step = await this.paper.step(transaction, order, quote);
    if (step.kind === 'end') {
      const { status, reason } = step;
      await this.journal.end(transaction, userId, order, { status }, { reason, quote });
    } else if (step.kind === 'fill') {
      const filled = await this.#fill(transaction, account, order, step, quote);
      if (filled !== undefined && step.endsRest) {
        const why = { reason: 'not_filled_at_once', quote } as const;
        await this.journal.end(transaction, userId, filled, { status: 'cancelled' }, why);
      }
    } else if (order.status === 'accepted') {
      const why = { reason: step.reason, quote };
      await this.journal.advance(transaction, userId, order, { status: 'open' }, why);
    }
  }

  /** @returns the order with the fill; undefined when it could not be paid, and has ended. */
  async #fill(
    transaction: Transaction,
    account: AccountRow,
    found: OrderRow,
    { fill: traded, why, isLast, orderQuantity }: FillStep,
    quote: Quote,
  ): Promise<OrderRow | undefined> {
    const order = orderQuantity ? { ...found, quantity: moneyText(orderQuantity) } : found;
    const filledQuantity = money(order.filledQuantity).plus(traded.quantity);
    const filledNotional = money(order.filledNotional).plus(traded.quantity.times(traded.price));
    const fee = this.paper.feeOf(order, traded);
    const fill = { ...traded, fee, why };
    const released = heldFor(toHoldingOrder(order), fill);
    // First the fill, then the order: who hears that an order is filled finds nothing cached from before.
    const recorded = await this.fills.record(transaction, account, order, fill, quote, released);
    if ('refused' in recorded) {
      await this.#refuse(transaction, account, order, recorded.refused, quote);
      return undefined;
    }
    const { executionId } = recorded;
    const filled = await this.journal.advance(
      transaction,
      account.userId,
      order,
      {
        status: isLast ? 'filled' : 'partially_filled',
        quantity: order.quantity,
        filledQuantity: moneyText(filledQuantity),
        filledNotional: filledNotional.toFixed(),
        averageFillPrice: moneyText(filledNotional.div(filledQuantity)),
        reservedCash: moneyText(money(order.reservedCash).minus(released.cash)),
        reservedFees: moneyText(money(order.reservedFees).minus(released.fees)),
        fees: moneyText(fee.plus(order.fees)),
        reservedQuantity: moneyText(money(order.reservedQuantity).minus(released.shares)),
        lastFillQuoteAsOf: new Date(quote.asOf),
      },
      { reason: 'fill', quote, executionId },
    );
    transaction.afterCommit(() => {
      this.#logger.log({
        message: isLast ? 'order filled' : 'order filled in part',
        orderId: order.id,
        symbol: order.symbol,
        quantity: fill.quantity.toFixed(),
        price: fill.price.toFixed(),
        fee: fee.toFixed(),
      });
    });
    return filled;
  }

  /** Rejected; what has traded in part cannot be, and is cancelled. */
  async #refuse(
    transaction: Transaction,
    { userId }: AccountRow,
    order: OrderRow,
    reason: 'insufficient_funds' | 'opposite_order' | 'unknown_symbol',
    quote?: Quote,
  ): Promise<void> {
    const rejectReason = `trading.${reason}`;
    const end =
      order.status === 'partially_filled'
        ? ({ status: 'cancelled' } as const)
        : ({ status: 'rejected', rejectReason } as const);
    await this.journal.end(transaction, userId, order, end, { reason, quote });
  }
}
