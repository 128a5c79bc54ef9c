import { Money } from '../../../kernel/money.js';

/** USD that stand behind a position that is sold short. */
export interface Pledge {
  readonly symbol: string;
  readonly collateral: Money;
}

/**
 * What is taken from behind short positions for a charge, USD by symbol: as much as is missing, of each in turn.
 * @param missing of what is due, beside what is free
 */
export function takenFrom(missing: Money, pledges: readonly Pledge[]): Map<string, Money> {
  const taken = new Map<string, Money>();
  let left = missing;
  for (const { symbol, collateral } of pledges) {
    const amount = Money.max(0, Money.min(collateral, left));
    if (amount.isZero()) continue;
    taken.set(symbol, amount);
    left = left.minus(amount);
  }
  return taken;
}
