import { Money, money, moneyText } from '../../../kernel/money.js';
import { namedForFill } from '../execution/lots.js';
import type { OrderRequest, ReplaceOrder } from '../trading.dto.js';
import { badReplacement } from '../trading.errors.js';
import type { OrderType } from './order.js';
import type { OrderRow } from './orders.table.js';

/** Of a notional: whole cents. */
const NOTIONAL_PLACES = 2;

type ChangedPrice = 'limitPrice' | 'stopPrice' | 'trail';

/** Which prices an order of a type has, and so may change. */
const CHANGES: Readonly<Record<OrderType, readonly ChangedPrice[]>> = {
  market: [],
  limit: ['limitPrice'],
  stop: ['stopPrice'],
  stop_limit: ['stopPrice', 'limitPrice'],
  trailing_stop: ['trail'],
};

/**
 * What an order that takes the place of another asks for: the changed one, less what has traded already.
 * @throws AppError `trading.bad_replacement`
 */
export function replacementOf(before: OrderRow, change: ReplaceOrder): OrderRequest {
  assertHasPrices(before, change);
  if (before.notional !== null || change.notional !== undefined) {
    return notionalReplacementOf(before, change);
  }
  const { symbol, side, timeInForce, extendedHours, type } = before;
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
    extendedHours,
    quantity: moneyText(left),
    ...(end !== undefined && { expiresAt: end }),
    ...(lots.length > 0 && { lots }),
    ...(change.client_order_id !== undefined && { client_order_id: change.client_order_id }),
  };
  const limitPrice = change.limitPrice ?? priceOf(before.limitPrice);
  const stopPrice = change.stopPrice ?? priceOf(before.stopPrice);
  switch (type) {
    case 'market':
      return { ...same, type };
    case 'limit':
      return { ...same, type, limitPrice };
    case 'stop':
      return { ...same, type, stopPrice };
    case 'stop_limit':
      return { ...same, type, stopPrice, limitPrice };
    case 'trailing_stop':
      return before.trailAmount === null
        ? { ...same, type, trailPercent: trailPercentOf(before, change) }
        : { ...same, type, trailAmount: change.trail ?? priceOf(before.trailAmount) };
  }
}

/** What is left of the notional, or of the changed one. @throws AppError `trading.bad_replacement` */
function notionalReplacementOf(before: OrderRow, change: ReplaceOrder): OrderRequest {
  const { symbol, side, timeInForce, extendedHours, notional } = before;
  if (notional === null) throw badReplacement('The order has a quantity, and no notional.');
  if (change.quantity !== undefined) {
    throw badReplacement('The order is by notional, and has no quantity of its own.');
  }
  const left = money(change.notional ?? notional)
    .minus(before.filledNotional)
    .toDecimalPlaces(NOTIONAL_PLACES, Money.ROUND_DOWN);
  if (left.lte(0)) {
    throw badReplacement(`${money(before.filledNotional).toFixed()} USD have traded already.`);
  }
  const end = before.timeInForce === 'gtd' ? before.expiresAt?.toISOString() : undefined;
  return {
    type: 'market',
    symbol,
    side,
    timeInForce,
    extendedHours,
    notional: moneyText(left),
    ...(end !== undefined && { expiresAt: end }),
    ...(change.client_order_id !== undefined && { client_order_id: change.client_order_id }),
  };
}

function assertHasPrices({ type, touchedAt }: OrderRow, change: ReplaceOrder): void {
  for (const price of ['limitPrice', 'stopPrice', 'trail'] as const) {
    if (change[price] === undefined) continue;
    if (!CHANGES[type].includes(price)) {
      throw badReplacement(`An order of the type ${type} has no ${price}.`);
    }
    if (price !== 'limitPrice' && touchedAt !== null) {
      throw badReplacement('The order has triggered already.');
    }
  }
}

/** @throws AppError `trading.bad_replacement` for what no order could be placed with */
function trailPercentOf(before: OrderRow, { trail }: ReplaceOrder): string {
  if (trail === undefined) return priceOf(before.trailPercent);
  if (money(trail).gte(100) || money(trail).decimalPlaces() > 2) {
    throw badReplacement('A trail in per cent is below 100, with up to 2 places.');
  }
  return trail;
}

function priceOf(column: string | null): string {
  return column === null ? '' : moneyText(money(column));
}
