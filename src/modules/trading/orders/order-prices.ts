import { money, type Money } from '../../../kernel/money.js';
import type { OrderRequest, PlaceOrder } from '../trading.dto.js';
import { stopPriceReached } from '../trading.errors.js';
import type { OrderTerms } from './order.js';
import type { OrderRow } from './orders.table.js';
import { betterMark, reachesStop, trailingStop, type Trail } from './trigger.js';

/** The prices that an order was placed with; what it does not have is null. */
export interface OrderPrices {
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly trailAmount: string | null;
  readonly trailPercent: string | null;
}

/** How far a stop order has come: the one that takes its place goes on from there. */
export type TriggerState = Pick<OrderRow, 'waterMark' | 'touchedAt' | 'triggeredAt'>;

export const NOT_TRIGGERED: TriggerState = { waterMark: null, touchedAt: null, triggeredAt: null };

const NO_PRICES: OrderPrices = {
  limitPrice: null,
  stopPrice: null,
  trailAmount: null,
  trailPercent: null,
};

export function pricesOf(request: OrderRequest): OrderPrices {
  switch (request.type) {
    case 'market':
      return NO_PRICES;
    case 'limit':
      return { ...NO_PRICES, limitPrice: request.limitPrice };
    case 'stop':
      return { ...NO_PRICES, stopPrice: request.stopPrice };
    case 'stop_limit':
      return { ...NO_PRICES, stopPrice: request.stopPrice, limitPrice: request.limitPrice };
    case 'trailing_stop': {
      const { trailAmount = null, trailPercent = null } = request;
      return { ...NO_PRICES, trailAmount, trailPercent };
    }
  }
}

/** Whether an order has just these prices. The stop of a trailing one moves, and was not asked for. */
export function hasPrices(row: OrderPrices & Pick<OrderRow, 'type'>, asked: OrderPrices): boolean {
  return (
    isSame(row.limitPrice, asked.limitPrice) &&
    isSame(row.trailAmount, asked.trailAmount) &&
    isSame(row.trailPercent, asked.trailPercent) &&
    (row.type === 'trailing_stop' || isSame(row.stopPrice, asked.stopPrice))
  );
}

export function trailOf({
  trailAmount,
  trailPercent,
}: Pick<OrderPrices, 'trailAmount' | 'trailPercent'>): Trail {
  return {
    ...(trailAmount !== null && { amount: money(trailAmount) }),
    ...(trailPercent !== null && { percent: money(trailPercent) }),
  };
}

/**
 * What a new order asks for by the market of now. A stop must lie ahead: one that the market has reached would trigger
 * at once, which is a market order in disguise, or a slip of the side.
 * @throws AppError `trading.stop_price_reached`
 */
export function termsAtAcceptance(
  request: PlaceOrder,
  state: TriggerState,
  last: Money,
): OrderTerms {
  const { side } = request;
  const prices = pricesOf(request);
  const { limitPrice } = prices;
  const terms: OrderTerms = {
    side,
    type: limitPrice === null ? 'market' : 'limit',
    quantity: money(request.quantity),
    limitPrice: limitPrice === null ? undefined : money(limitPrice),
  };
  if (request.type === 'market' || request.type === 'limit' || state.touchedAt !== null) {
    return terms;
  }
  const mark = state.waterMark === null ? undefined : money(state.waterMark);
  const stopPrice =
    prices.stopPrice === null
      ? trailingStop(side, trailOf(prices), betterMark(side, mark, last))
      : money(prices.stopPrice);
  if (stopPrice.lte(0) || reachesStop(side, stopPrice, last)) {
    throw stopPriceReached(stopPrice, last);
  }
  return { ...terms, stopPrice };
}

function isSame(one: string | null, other: string | null): boolean {
  return one === null || other === null ? one === other : money(one).eq(other);
}
