import { DAY_MS } from '../../../kernel/duration.js';
import { money } from '../../../kernel/money.js';

/** What an account was worth at a moment. Amounts in USD, decimals in text. */
export interface EquityPoint {
  readonly atMs: number;
  readonly cash: string;
  readonly positionsValue: string;
  readonly equity: string;
}

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
 * What each value gained over the one before: 0.01 is 1 %. Nothing can be gained on zero: such a step is
 * left out.
 */
export function returnsOf(values: readonly string[]): number[] {
  return values.slice(1).flatMap((value, index) => {
    const before = money(values[index] ?? 0);
    return before.lte(0) ? [] : [money(value).div(before).minus(1).toNumber()];
  });
}

/** Days since 1970 of the trading day that a moment belongs to. */
function tradingDay(atMs: number): number {
  const day = Math.floor(atMs / DAY_MS);
  const weekday = new Date(atMs).getUTCDay();
  if (weekday === SATURDAY) return day + 2;
  return weekday === SUNDAY ? day + 1 : day;
}
