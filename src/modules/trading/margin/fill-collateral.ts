import { Money, money, moneyText } from '../../../kernel/money.js';
import type { PaidFill } from '../execution/fill-cover.js';
import { shareOf } from '../execution/lots.js';
import { initialCollateral } from './short-margin.js';

/** A position, as far as its collateral depends on it. */
export interface PledgedPosition {
  /** Shares; below zero when short. */
  readonly quantity: Money;
  /** USD behind it while it is short. */
  readonly collateral: Money;
}

/** USD that a fill can be paid with, beside what it brings. */
export interface Means {
  /** That its order held back for it. */
  readonly released: Money;
  /** That nothing holds back. */
  readonly free: Money;
}

/**
 * What a fill puts behind a short position, USD; below zero what it frees. A short sale: what it brings, and its initial margin. A
 * purchase that buys back: its part of what is there, all of it with the last share; and more, where the purchase cannot be
 * paid otherwise.
 */
export function collateralOfFill(
  before: PledgedPosition,
  fill: PaidFill,
  { released, free }: Means,
): Money {
  const { side, quantity, price, fee } = fill;
  if (side === 'sell') {
    return before.quantity.gt(0) ? money(0) : initialCollateral(quantity, price);
  }
  if (before.quantity.gte(0)) return money(0);
  const cost = money(moneyText(quantity.times(price))).plus(fee);
  const missing = cost.minus(released).minus(free);
  const due = freedBy(before, quantity);
  return Money.min(before.collateral, Money.max(due, missing)).negated();
}

/** USD that buying back so many shares frees: its part of what stands behind the position. */
export function freedBy({ quantity, collateral }: PledgedPosition, bought: Money): Money {
  if (quantity.gte(0)) return money(0);
  const owed = quantity.negated();
  return bought.gte(owed) ? collateral : shareOf(collateral, bought, owed);
}
