import { DAY_MS } from '../../../kernel/duration.js';
import { money, type Money } from '../../../kernel/money.js';

/** What an account was worth at a moment. Amounts in USD, decimals in text. */
export interface EquityPoint {
  readonly atMs: number;
  readonly cash: string;
  readonly positionsValue: string;
  readonly equity: string;
  /** Cash put in by then, less what was taken out: no gain. */
  readonly contributed: string;
}

type Worth = Pick<EquityPoint, 'equity' | 'contributed'>;

const SATURDAY = 6;
const SUNDAY = 0;

/**
 * The last point of each trading day, oldest first. A trading day is a weekday in UTC: what happens on a
 * weekend belongs to the Monday after it, so that a year has the days that ratios count it with.
 * @param points oldest first
 */
export function dailyCloses(points: readonly EquityPoint[]): EquityPoint[] {
  const closes = new Map<number, EquityPoint>();
  for (const point of points) closes.set(tradingDay(point.atMs), point);
  return [...closes.values()];
}

/**
 * What each point gained over the one before: 0.01 is 1 %. Cash put in or taken out between them counts as if it
 * moved at the end, and is no gain. Nothing can be gained on zero: such a step is left out.
 */
export function returnsOf(points: readonly Worth[]): number[] {
  return growthSteps(points).map((growth) => growth.minus(1).toNumber());
}

/**
 * The time-weighted return over all points: what a dollar that was there all along has gained, whatever was put in
 * or taken out in between. Undefined when there is no step to gain in.
 */
export function timeWeightedReturn(points: readonly Worth[]): number | undefined {
  const steps = growthSteps(points);
  if (steps.length === 0) return undefined;
  return steps
    .reduce((product, growth) => product.times(growth))
    .minus(1)
    .toNumber();
}

/** USD gained between two points, apart from what was put in or taken out. */
export function profitBetween(from: Worth, to: Worth): Money {
  return money(to.equity).minus(from.equity).minus(money(to.contributed).minus(from.contributed));
}

/** How many times the worth before: 1.01 is 1 % more. */
function growthSteps(points: readonly Worth[]): Money[] {
  return points.slice(1).flatMap((point, index) => {
    const before = points[index];
    if (before === undefined || money(before.equity).lte(0)) return [];
    return [profitBetween(before, point).div(before.equity).plus(1)];
  });
}

/** Days since 1970 of the trading day that a moment belongs to. */
function tradingDay(atMs: number): number {
  const day = Math.floor(atMs / DAY_MS);
  const weekday = new Date(atMs).getUTCDay();
  if (weekday === SATURDAY) return day + 2;
  return weekday === SUNDAY ? day + 1 : day;
}
