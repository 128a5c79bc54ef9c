import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money, moneyText, type Money } from '../../../kernel/money.js';
import { QuotesService, type Quote } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import type { Holding } from '../ledger/postings.js';
import { OrderJournal } from '../orders/order-journal.js';
import type { OrderRow } from '../orders/orders.table.js';
import { hasExpired } from '../orders/time-in-force.js';
import { availableCash, toHolding, toTerms } from '../trading.mappers.js';
import { executionStep } from './execution-step.js';
import { FillLedger } from './fill-ledger.js';
import type { Fill } from './position.js';

/** Takes the step that the current quote makes of a working order, and stores it. */
@Injectable()
export class OrderSteps {
  readonly #logger = new Logger(OrderSteps.name);

  constructor(
    private readonly journal: OrderJournal,
    private readonly fills: FillLedger,
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
    const quote = this.quotes.currentQuote(order.symbol);
    const step = executionStep(
      {
        terms: toTerms(order),
        timeInForce: order.timeInForce,
        filledQuantity: money(order.filledQuantity),
        lastFillQuoteAsOf: order.lastFillQuoteAsOf,
      },
      quote,
    );
    if (step.kind === 'end') {
      const { status, reason } = step;
      await this.journal.end(transaction, userId, order, { status }, { reason, quote });
    } else if (step.kind === 'fill') {
      const filled = await this.#fill(transaction, account, order, step.fill, step.isLast, quote);
      if (filled !== undefined && step.endsRest) {
        const why = { reason: 'not_filled_at_once', quote } as const;
        await this.journal.end(transaction, userId, filled, { status: 'cancelled' }, why);
      }
    } else if (order.status === 'accepted') {
      const why = { reason: 'waiting', quote } as const;
      await this.journal.advance(transaction, userId, order, { status: 'open' }, why);
    }
  }

  /** @returns the order with the fill; undefined when it could not be paid, and has ended. */
  async #fill(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRow,
    fill: Fill,
    isLast: boolean,
    quote: Quote,
  ): Promise<OrderRow | undefined> {
    const released = heldFor(order, fill, isLast);
    if (!canPay(account, released, fill)) {
      await this.#refuse(transaction, account, order, 'insufficient_funds', quote);
      return undefined;
    }
    // First the fill, then the order: who hears that an order is filled finds nothing cached from before.
    await this.fills.record(transaction, account, order, fill, quote, released);
    const filledQuantity = money(order.filledQuantity).plus(fill.quantity);
    const filledNotional = money(order.filledNotional).plus(fill.quantity.times(fill.price));
    const filled = await this.journal.advance(
      transaction,
      account.userId,
      order,
      {
        status: isLast ? 'filled' : 'partially_filled',
        filledQuantity: moneyText(filledQuantity),
        filledNotional: filledNotional.toFixed(),
        averageFillPrice: moneyText(filledNotional.div(filledQuantity)),
        reservedCash: moneyText(money(order.reservedCash).minus(released.cash)),
        reservedQuantity: moneyText(money(order.reservedQuantity).minus(released.shares)),
        lastFillQuoteAsOf: new Date(quote.asOf),
      },
      { reason: 'fill', quote },
    );
    transaction.afterCommit(() => {
      this.#logger.log({
        message: isLast ? 'order filled' : 'order filled in part',
        orderId: order.id,
        symbol: order.symbol,
        quantity: fill.quantity.toFixed(),
        price: fill.price.toFixed(),
      });
    });
    return filled;
  }

  /** Rejected; what has traded in part cannot be, and is cancelled. */
  async #refuse(
    transaction: Transaction,
    { userId }: AccountRow,
    order: OrderRow,
    reason: 'insufficient_funds' | 'unknown_symbol',
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

/** What the order held back for just this fill; with the last one goes all that is left of it. */
function heldFor(order: OrderRow, { quantity }: Fill, isLast: boolean): Holding {
  const held = toHolding(order);
  if (isLast) return held;
  const left = money(order.quantity).minus(order.filledQuantity);
  const shareOf = (whole: Money) => money(moneyText(whole.times(quantity).div(left)));
  return { ...held, cash: shareOf(held.cash), shares: shareOf(held.shares) };
}

/** From what the order held back for it, and what else is free. */
function canPay(account: AccountRow, released: Holding, fill: Fill): boolean {
  if (fill.side === 'sell') return true;
  // Rounded as it will be posted.
  const cost = money(moneyText(fill.quantity.times(fill.price)));
  return cost.lte(availableCash(account).plus(released.cash));
}
