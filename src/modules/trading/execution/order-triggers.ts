import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money, moneyText } from '../../../kernel/money.js';
import { QuotesService, type Quote } from '../../market-data/index.js';
import { OrderJournal } from '../orders/order-journal.js';
import { trailOf } from '../orders/order-prices.js';
import type { OrderRow } from '../orders/orders.table.js';
import { betterMark, reachesStop, trailingStop } from '../orders/trigger.js';

/** Lets stops wait until the market reaches them, and makes them ordinary orders then. */
@Injectable()
export class OrderTriggers {
  constructor(
    private readonly journal: OrderJournal,
    private readonly quotes: QuotesService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * The account must be locked by the transaction, and the order read under that lock.
   * @returns the order that may trade now: any without a stop, and one whose stop this quote, or the tick that
   *   {@link OrderRow.touchedAt} names, has reached; undefined when it waits on
   */
  async arm(
    transaction: Transaction,
    userId: string,
    order: OrderRow,
    quote: Quote,
  ): Promise<OrderRow | undefined> {
    if (!hasStop(order) || order.triggeredAt !== null) return order;
    const isTouched = order.touchedAt !== null;
    const stopPrice = order.stopPrice === null ? undefined : money(order.stopPrice);
    if (isTouched || (stopPrice && reachesStop(order.side, stopPrice, money(quote.last)))) {
      const by = order.touchedAt
        ? this.quotes.quoteAt(order.symbol, order.touchedAt.getTime())
        : quote;
      const triggeredAt = new Date(this.clock.nowMs());
      const touchedAt = order.touchedAt ?? new Date(quote.asOf);
      const change = { status: 'open', touchedAt, triggeredAt } as const;
      const why = { reason: 'triggered', quote: by } as const;
      return this.journal.advance(transaction, userId, order, change, why);
    }
    // One that had to wait for its session has no mark yet.
    const isNew = order.type === 'trailing_stop' && order.waterMark === null;
    if (order.status === 'accepted' || isNew) {
      const change = { status: 'open', ...beginTrailing(order, quote) } as const;
      await this.journal.advance(transaction, userId, order, change, { reason: 'waiting', quote });
    }
    return undefined;
  }
}

function hasStop({ type }: OrderRow): boolean {
  return type === 'stop' || type === 'stop_limit' || type === 'trailing_stop';
}

/** The mark of a trailing stop that begins to wait: the last trade, or the better one that it was given. */
function beginTrailing(
  order: OrderRow,
  { last }: Quote,
): { waterMark?: string; stopPrice?: string } {
  if (order.type !== 'trailing_stop') return {};
  const before = order.waterMark === null ? undefined : money(order.waterMark);
  const mark = betterMark(order.side, before, money(last));
  return {
    waterMark: moneyText(mark),
    stopPrice: moneyText(trailingStop(order.side, trailOf(order), mark)),
  };
}
