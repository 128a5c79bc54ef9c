import { money, type Money } from '../../../kernel/money.js';
import type { OrderSide } from '../orders/order.js';

export interface Position {
  /** Shares held; below zero, of option contracts alone: written. */
  readonly quantity: Money;
  /** USD paid per share held, on average; of written ones, got; 0 when there is none. */
  readonly averageCost: Money;
  /** USD won (lost, below zero) by what was closed so far. */
  readonly realizedPnl: Money;
}

export interface Fill {
  readonly side: OrderSide;
  readonly quantity: Money;
  /** USD a share. */
  readonly price: Money;
}

export const NO_POSITION: Position = {
  quantity: money(0),
  averageCost: money(0),
  realizedPnl: money(0),
};

/**
 * The position after a fill, by the average cost method: what closes leaves the average cost as it is. A fill closes a
 * position or adds to it; none does both.
 */
export function applyFill(position: Position, { side, quantity, price }: Fill): Position {
  const held =
    side === 'buy' ? position.quantity.plus(quantity) : position.quantity.minus(quantity);
  if (!closes(position, side)) {
    const before = position.quantity.abs().times(position.averageCost);
    const averageCost = before.plus(quantity.times(price)).div(held.abs());
    return { ...position, quantity: held, averageCost };
  }
  const gained = price.minus(position.averageCost).times(quantity);
  const won = side === 'sell' ? gained : gained.negated();
  return {
    quantity: held,
    averageCost: held.isZero() ? money(0) : position.averageCost,
    realizedPnl: position.realizedPnl.plus(won),
  };
}

/** Whether a fill of this side makes the position smaller. */
export function closes({ quantity }: Pick<Position, 'quantity'>, side: OrderSide): boolean {
  return side === 'buy' ? quantity.lt(0) : quantity.gt(0);
}

/** What the account's cash changes by: a buy pays, a sale is paid. USD. */
export function cashChange({ side, quantity, price }: Fill): Money {
  const notional = quantity.times(price);
  return side === 'buy' ? notional.negated() : notional;
}

/** USD that a sale of everything at `price` would win over what was paid. */
export function unrealizedPnl({ quantity, averageCost }: Position, price: Money): Money {
  return price.minus(averageCost).times(quantity);
}
