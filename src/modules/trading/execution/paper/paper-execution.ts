import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../../config/config.js';
import type { Transaction } from '../../../../database/index.js';
import { Clock } from '../../../../kernel/clock.js';
import { money, type Money } from '../../../../kernel/money.js';
import type { Quote } from '../../../market-data/index.js';
import type { OrderRow } from '../../orders/orders.table.js';
import { sessionAt } from '../../orders/trading-session.js';
import { toWorkingOrder } from '../../trading.mappers.js';
import { executionStep, quotedSize, type ExecutionStep } from '../execution-step.js';
import type { Fill } from '../position.js';
import { TickBookRepository } from '../tick-book.repository.js';
import { feeOfFill } from './fees.js';
import { arrivedUntil, paperModel, type PaperModel } from './paper-model.js';

/** What the paper market makes of an order, beside the others that want the same shares, and what it costs. */
@Injectable()
export class PaperExecution {
  readonly #paper: PaperModel;

  constructor(
    private readonly book: TickBookRepository,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#paper = paperModel(config.trading.paper);
  }

  /** Only what would trade asks what the tick has for it: that keeps others of its book waiting. */
  async step(transaction: Transaction, order: OrderRow, quote: Quote): Promise<ExecutionStep> {
    const working = toWorkingOrder(order);
    // What was new in its auction is not stale because the turn of an order comes later.
    const nowMs = order.worksFrom?.getTime() ?? this.clock.nowMs();
    const conditions = { paper: this.#paper, nowMs };
    const step = executionStep(working, quote, conditions);
    const size = quotedSize(quote, working.terms);
    if (step.kind !== 'fill' || size === undefined) return step;
    const acceptedUntil = arrivedUntil(this.#paper, quote);
    const { hours } = this.config.trading;
    const inExtendedHours = hours === 'exchange' && sessionAt(conditions.nowMs) === 'extended';
    const moment = { now: new Date(conditions.nowMs), acceptedUntil, inExtendedHours };
    const unclaimed = await this.book.unclaimed(transaction.sql, order, quote, size, moment);
    return executionStep(working, quote, { ...conditions, unclaimed });
  }

  /** USD that this fill adds to what the order has paid. */
  feeOf(order: OrderRow, { side, quantity, price }: Fill): Money {
    const soFar = {
      side,
      quantity: money(order.filledQuantity).plus(quantity),
      notional: money(order.filledNotional).plus(quantity.times(price)),
    };
    return feeOfFill(this.#paper.fees, soFar, money(order.fees));
  }
}
