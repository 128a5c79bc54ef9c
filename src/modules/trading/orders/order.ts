import { Money, money } from '../../../kernel/money.js';
import { SHARE_PLACES } from '../execution/notional-size.js';

export const ORDER_SIDES = ['buy', 'sell'] as const;
export type OrderSide = (typeof ORDER_SIDES)[number];

export const ORDER_TYPES = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];

/** What an order trades as: a stop, once it has triggered, as one of these. */
export type TradedType = Extract<OrderType, 'market' | 'limit'>;

/** What an order asks for, as far as prices decide about it. */
export interface OrderTerms {
  readonly side: OrderSide;
  readonly type: TradedType;
  readonly quantity: Money;
  /** USD a share; undefined on market orders. */
  readonly limitPrice: Money | undefined;
  /** USD a share, of a stop that has not triggered: what it can cost begins there. */
  readonly stopPrice?: Money;
}

/** The best bid and ask, USD a share. */
export interface BestPrices {
  readonly bid: Money;
  readonly ask: Money;
}

/**
 * Cash held back for a market buy covers a price this much above the ask it was accepted at, or above its stop, slippage
 * not counted.
 */
const MARKET_ORDER_COLLAR = money('0.02');

/**
 * The price at which the order trades against these quotes; undefined while it does not.
 * A limit order gets the quote's price where that is better than its limit.
 */
export function matchPrice(
  { side, type, limitPrice }: OrderTerms,
  { bid, ask }: BestPrices,
): Money | undefined {
  const price = side === 'buy' ? ask : bid;
  if (type === 'market') return price;
  if (limitPrice === undefined) return undefined;
  const crosses = side === 'buy' ? limitPrice.gte(ask) : limitPrice.lte(bid);
  return crosses ? price : undefined;
}

/**
 * Cash held back for a buy order, USD: its worst price times its quantity. Sells hold back shares instead.
 * @param worstSlippage a fraction of the price
 */
export function cashToReserve(terms: OrderTerms, { ask }: BestPrices, worstSlippage: Money): Money {
  if (terms.side === 'sell') return money(0);
  const worstPrice =
    terms.limitPrice ??
    (terms.stopPrice ?? ask).times(MARKET_ORDER_COLLAR.plus(1)).times(worstSlippage.plus(1));
  return worstPrice.times(terms.quantity);
}

/** USD a share that a short sale may come to sell at, and need the margin of: its limit, or as far above the bid as a buy's price may rise. */
export function dearestSale({ limitPrice, stopPrice }: OrderTerms, { bid }: BestPrices): Money {
  if (limitPrice !== undefined) return Money.max(limitPrice, bid);
  return (stopPrice ?? bid).times(MARKET_ORDER_COLLAR.plus(1));
}

/** Shares that a market sale by notional may come to sell, should the price fall until its turn as far as a buy's may rise. */
export function mostShares(notional: Money, { bid }: BestPrices): Money {
  const worst = bid.times(money(1).minus(MARKET_ORDER_COLLAR));
  return notional.div(worst).toDecimalPlaces(SHARE_PLACES, Money.ROUND_DOWN);
}
