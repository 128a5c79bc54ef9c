import { money, type Money } from '../../../kernel/money.js';
import type { OrderSide } from '../orders/order.js';

export interface Position {
  /** Shares held; never below zero. */
  readonly quantity: Money;
  /** USD paid per share held, on average; 0 when none is. */
  readonly averageCost: Money;
  /** USD won (lost, below zero) by sales so far. */
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

/** The position after a fill, by the average cost method: a sale leaves the average cost as it is. */
export function applyFill(position: Position, { side, quantity, price }: Fill): Position {
  if (side === 'buy') {
    const held = position.quantity.plus(quantity);
    const paid = position.quantity.times(position.averageCost).plus(quantity.times(price));
    return { ...position, quantity: held, averageCost: paid.div(held) };
  }
  const held = position.quantity.minus(quantity);
  const won = price.minus(position.averageCost).times(quantity);
  return {
    quantity: held,
    averageCost: held.isZero() ? money(0) : position.averageCost,
    realizedPnl: position.realizedPnl.plus(won),
  };
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
