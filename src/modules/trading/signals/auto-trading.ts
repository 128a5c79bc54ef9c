import { money, type Money } from '../../../kernel/money.js';
import { autoTradingRefused } from '../trading.errors.js';
import type { OrderSide } from '../orders/order.js';

/** What signals may do on their own. USD; null: no limit of this kind. */
export interface AutoTradingLimits {
  readonly enabled: boolean;
  readonly maxOrderNotional: Money | null;
  readonly maxPositionNotional: Money | null;
  readonly maxDailyLoss: Money | null;
  readonly maxOpenPositions: number | null;
}

/** The account, as a signal that becomes an order by itself finds it. */
export interface AutoTradingFacts {
  readonly side: OrderSide;
  /** USD of the order that the signal asks for. */
  readonly orderNotional: Money;
  /** USD of its symbol, held and ordered together, with the new order. */
  readonly positionNotional: Money;
  /** USD that the day has brought so far, what is not sold yet included; below zero it is a loss. */
  readonly dayPnl: Money;
  /** Symbols that are held, or that a working order buys, without the signal's. */
  readonly otherPositions: number;
  /** The signal's own symbol is one of them. */
  readonly isOpen: boolean;
}

/**
 * Limits hold what opens or grows a position. A sale is the way out, and only the size of its order is limited.
 * @throws AppError `trading.auto_disabled`, `trading.auto_order_limit`, `trading.auto_daily_loss`,
 *   `trading.auto_open_positions`, `trading.auto_position_limit` (unprocessable), with what is allowed and what was asked
 */
export function assertMayTradeItself(limits: AutoTradingLimits, facts: AutoTradingFacts): void {
  if (!limits.enabled) throw autoTradingRefused('disabled');
  assertAtMost('order_limit', limits.maxOrderNotional, facts.orderNotional);
  if (facts.side === 'sell') return;
  // Reached is lost already: the next order could only add to it.
  if (limits.maxDailyLoss !== null && facts.dayPnl.lte(limits.maxDailyLoss.negated())) {
    throw autoTradingRefused('daily_loss', limits.maxDailyLoss, facts.dayPnl.negated());
  }
  const positions = facts.otherPositions + (facts.isOpen ? 0 : 1);
  if (!facts.isOpen && limits.maxOpenPositions !== null && positions > limits.maxOpenPositions) {
    throw autoTradingRefused('open_positions', money(limits.maxOpenPositions), money(positions));
  }
  assertAtMost('position_limit', limits.maxPositionNotional, facts.positionNotional);
}

function assertAtMost(
  what: 'order_limit' | 'position_limit',
  limit: Money | null,
  asked: Money,
): void {
  if (limit !== null && asked.gt(limit)) throw autoTradingRefused(what, limit, asked);
}
