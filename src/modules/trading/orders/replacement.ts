import { money, moneyText } from '../../../kernel/money.js';
import { namedForFill } from '../execution/lots.js';
import type { PlaceOrder, ReplaceOrder } from '../trading.dto.js';
import { badReplacement } from '../trading.errors.js';
import type { OrderRow } from './orders.table.js';

/**
 * What an order that takes the place of another asks for: the changed one, less what has traded already.
 * @throws AppError `trading.bad_replacement`
 */
export function replacementOf(before: OrderRow, change: ReplaceOrder): PlaceOrder {
  const { symbol, side, timeInForce } = before;
  const left = money(change.quantity ?? before.quantity).minus(before.filledQuantity);
  if (left.lte(0)) {
    throw badReplacement(`${money(before.filledQuantity).toFixed()} shares have traded already.`);
  }
  const end = before.timeInForce === 'gtd' ? before.expiresAt?.toISOString() : undefined;
  // What is left of the lots that it names, as far as the changed one still trades them.
  const lots = namedForFill(before.namedLots ?? [], money(before.filledQuantity), left);
  const same = {
    symbol,
    side,
    timeInForce,
    quantity: moneyText(left),
    ...(end !== undefined && { expiresAt: end }),
    ...(lots.length > 0 && { lots }),
    ...(change.client_order_id !== undefined && { client_order_id: change.client_order_id }),
  };
  if (before.type === 'market') {
    if (change.limitPrice !== undefined) throw badReplacement('A market order has no limit price.');
    return { ...same, type: 'market' };
  }
  return { ...same, type: 'limit', limitPrice: change.limitPrice ?? before.limitPrice ?? '' };
}
