import { Money, money, sumOf } from '../../../kernel/money.js';
import { initialCollateral, isTooMuch, maintenanceCollateral } from './short-margin.js';

/** A short position at the prices of now. */
export interface ShortState {
  readonly symbol: string;
  /** Owed; above zero. */
  readonly shares: Money;
  /** USD behind it. */
  readonly collateral: Money;
  /** USD a share that buying it back costs. */
  readonly ask: Money;
  /** An order of an earlier margin call buys it back. */
  readonly isClosing: boolean;
}

/** What a margin check does to an account. USD. */
export interface MarginPlan {
  /** By symbol: what is put behind it, below zero freed. */
  readonly changes: ReadonlyMap<string, Money>;
  /** What cancelled orders are to free first: with it nothing has to be bought back. 0: none is cancelled. */
  readonly fromOrders: Money;
  /** Symbols that are bought back. */
  readonly closes: readonly string[];
}

interface Need extends ShortState {
  /** USD that are missing. */
  readonly missing: Money;
}

/**
 * What lies too far above the initial requirement is freed. What has fallen below the maintenance requirement is filled up
 * from free cash: all to that, then each to its initial requirement as far as it goes. If free cash is not enough, but with that
 * of working orders is, orders make room. Else positions are bought back, those that miss most first, until what is
 * free then suffices for the others.
 * @param free USD that nothing holds back
 * @param inOrders USD that working orders hold back
 */
export function planMargin(
  shorts: readonly ShortState[],
  free: Money,
  inOrders: Money,
): MarginPlan {
  const changes = new Map<string, Money>();
  const open = shorts.filter(({ isClosing }) => !isClosing);
  for (const { symbol, collateral, shares, ask } of open) {
    if (!isTooMuch(collateral, shares, ask)) continue;
    changes.set(symbol, initialCollateral(shares, ask).minus(collateral));
  }
  const needs = open.map(toNeed).filter(({ missing }) => missing.gt(0));
  const pool = sumOf([free, ...[...changes.values()].map((change) => change.negated())]);
  const missing = sumOf(needs.map((need) => need.missing)).minus(pool);
  if (missing.lte(0)) {
    fillUp(changes, needs, pool);
    return { changes, fromOrders: money(0), closes: [] };
  }
  if (missing.lte(inOrders)) return { changes, fromOrders: missing, closes: [] };
  const pending = sumOf(shorts.filter(({ isClosing }) => isClosing).map(leftAfterClosing));
  const closes = closedFor(needs, missing.minus(pending));
  const kept = needs.filter((need) => !closes.includes(need));
  // Buying back may cost more than what stands behind it.
  const short = closes.map((need) => Money.min(0, leftAfterClosing(need)));
  fillUp(changes, kept, Money.max(0, sumOf([pool, ...short])));
  return { changes, fromOrders: money(0), closes: closes.map(({ symbol }) => symbol) };
}

function toNeed(short: ShortState): Need {
  const { shares, ask, collateral } = short;
  return { ...short, missing: maintenanceCollateral(shares, ask).minus(collateral) };
}

/** What buying it back leaves of what stands behind it; below zero it costs more. */
function leftAfterClosing({ collateral, shares, ask }: ShortState): Money {
  return collateral.minus(shares.times(ask));
}

/** Those that miss most, until what they free with their needs makes up for what is missing. */
function closedFor(needs: readonly Need[], missing: Money): Need[] {
  const closed: Need[] = [];
  let left = missing;
  for (const need of [...needs].sort((one, other) => other.missing.comparedTo(one.missing))) {
    if (left.lte(0)) break;
    closed.push(need);
    left = left.minus(need.missing).minus(leftAfterClosing(need));
  }
  return closed;
}

/** First each to what it must have, then each to what it would begin with, as far as the pool goes. */
function fillUp(changes: Map<string, Money>, needs: readonly Need[], pool: Money): void {
  let left = pool;
  const give = ({ symbol }: Need, wanted: Money): void => {
    const given = Money.max(0, Money.min(wanted, left));
    if (given.isZero()) return;
    changes.set(symbol, sumOf([changes.get(symbol) ?? 0, given]));
    left = left.minus(given);
  };
  for (const need of needs) give(need, need.missing);
  for (const need of needs) {
    const { shares, ask, collateral, missing } = need;
    give(need, initialCollateral(shares, ask).minus(collateral).minus(missing));
  }
}
