import { money, Money, moneyText } from '../../../kernel/money.js';
import type { PlaceOrder } from '../trading.dto.js';
import { insufficientPosition, noPosition } from '../trading.errors.js';
import type { ClosePosition } from './closing.dto.js';

/** The places that the quantity of an order has. */
const QUANTITY_SCALE = 6;
const { ROUND_DOWN } = Money;

/**
 * The market order that closes a position, or a part of it.
 * @param held shares; below zero when short
 * @throws AppError `trading.no_position`, also where the part is less than the smallest order;
 *   `trading.insufficient_position` when it is more than is held
 */
export function closingOrder(symbol: string, held: Money, close: ClosePosition): PlaceOrder {
  const shares = held.abs();
  const quantity = closedShares(shares, close);
  if (shares.isZero() || quantity.isZero()) throw noPosition(symbol);
  if (quantity.gt(shares)) throw insufficientPosition(symbol, quantity, shares);
  return {
    symbol,
    side: held.gt(0) ? 'sell' : 'buy',
    type: 'market',
    quantity: moneyText(quantity),
    timeInForce: 'gtc',
    ...(close.client_order_id !== undefined && { client_order_id: close.client_order_id }),
  };
}

function closedShares(shares: Money, { quantity, percentage }: ClosePosition): Money {
  if (quantity !== undefined) return money(quantity);
  // All of it exactly, whatever splits have made of it.
  if (percentage === undefined || money(percentage).eq(100)) return shares;
  return shares.times(percentage).div(100).toDecimalPlaces(QUANTITY_SCALE, ROUND_DOWN);
}
