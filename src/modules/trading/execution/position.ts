import type { Money } from '../../../kernel/money.js';
import type { OrderSide } from '../orders/order.js';

export interface Position {
  /** Shares held. */
  readonly quantity: Money;
  /** USD that the open lots cost, all together. */
  readonly costBasis: Money;
}

export interface Fill {
  readonly side: OrderSide;
  readonly quantity: Money;
  /** USD a share. */
  readonly price: Money;
}

/** What the account's cash changes by: a buy pays, a sale is paid. USD. */
export function cashChange({ side, quantity, price }: Fill): Money {
  const notional = quantity.times(price);
  return side === 'buy' ? notional.negated() : notional;
}

/** USD that a sale of everything at `price` would win over what was paid. */
export function unrealizedPnl({ quantity, costBasis }: Position, price: Money): Money {
  return quantity.times(price).minus(costBasis);
}
