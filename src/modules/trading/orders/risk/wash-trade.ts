import type { Money } from '../../../../kernel/money.js';
import { washTrade } from '../../trading.errors.js';
import type { OrderSide } from '../order.js';

/** An order, as far as it could meet another one of the same account. */
export interface CrossingOrder {
  readonly id?: string;
  readonly side: OrderSide;
  /** USD a share; undefined: it takes any price. */
  readonly limitPrice: Money | undefined;
}

/** Whether a buy and a sale could trade with each other: one of them takes any price, or their limits meet. */
export function couldCross(one: CrossingOrder, other: CrossingOrder): boolean {
  if (one.side === other.side) return false;
  const [buy, sale] = one.side === 'buy' ? [one, other] : [other, one];
  if (buy.limitPrice === undefined || sale.limitPrice === undefined) return true;
  return buy.limitPrice.gte(sale.limitPrice);
}

/**
 * A buy and a sale of one owner that could meet change no owner: FINRA rule 5210 wants them prevented. Refused as Alpaca
 * refuses them (docs.alpaca.markets/docs/user-protection): a market or stop order beside any of the other side, two
 * limits where they meet.
 * @throws AppError `trading.wash_trade` that names the order in the way
 */
export function assertNoWashTrade(order: CrossingOrder, working: readonly CrossingOrder[]): void {
  const met = working.find((other) => couldCross(order, other));
  if (met !== undefined) throw washTrade(met.id);
}
