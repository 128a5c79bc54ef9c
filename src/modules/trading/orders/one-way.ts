import { money, sumOf, type Money } from '../../../kernel/money.js';
import { oppositeOrder } from '../trading.errors.js';
import { eachGroupOnce } from './groups/group-exposure.js';
import type { OrderSide } from './order.js';
import type { OrderRow } from './orders.table.js';

/**
 * No order may come to close a position and open the opposite one: what works on the other side while there is none, and
 * what is bought beyond what is owed, is refused. Each order then either opens or closes, however the fills fall.
 * @param working orders of the symbol
 * @param position shares; below zero written, or sold short
 * @throws AppError `trading.opposite_order`
 */
export function assertOneWay(
  working: readonly OrderRow[],
  { side, quantity }: { readonly side: OrderSide; readonly quantity: string },
  position: Money,
): void {
  if (position.isZero() && working.some((order) => order.side !== side)) throw oppositeOrder();
  if (side === 'sell' || position.gte(0)) return;
  // Of a pair only one of the two ever buys.
  const bought = eachGroupOnce(working).filter((order) => order.side === 'buy');
  const left = bought.map((order) => money(order.quantity).minus(order.filledQuantity));
  if (sumOf([...left, quantity]).gt(position.abs())) throw oppositeOrder();
}
