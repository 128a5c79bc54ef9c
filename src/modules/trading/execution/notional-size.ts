import { Money } from '../../../kernel/money.js';

/** The smallest part of a share that an order can name, in decimal places. */
export const SHARE_PLACES = 6;

/** What an order by notional has left to trade. */
export interface Budget {
  /** USD: a buy has them held back, a sale may bring so much. */
  readonly usd: Money;
  /** Shares that are held back for a sale; undefined: no such bound. */
  readonly shares?: Money;
}

/** Shares that a budget is good for at a price: rounded down, so that they never cost more. */
export function sharesFor({ usd, shares }: Budget, price: Money): Money {
  const affordable = usd.div(price).toDecimalPlaces(SHARE_PLACES, Money.ROUND_DOWN);
  return shares?.lt(affordable) ? shares : affordable;
}
