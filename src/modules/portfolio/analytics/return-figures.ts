/**
 * Figures of a series of simple returns: 0.01 is 1 %. A figure that the returns are too few, or too alike,
 * to have is undefined, never 0 and never infinite.
 *
 * Formulas as in quantopian/empyrical (`stats.py`), with no risk-free rate and no required return.
 */

/** What ratios count a year with. */
export const TRADING_DAYS_PER_YEAR = 252;

/** What 1 becomes by all returns, less 1. */
export function cumulativeReturn(returns: readonly number[]): number {
  return returns.reduce((growth, gained) => growth * (1 + gained), 1) - 1;
}

/**
 * Compound annual growth rate: the yearly return that would have led to the same end.
 * @param periods trading days that the returns span
 */
export function cagr(returns: readonly number[], periods = returns.length): number | undefined {
  const growth = 1 + cumulativeReturn(returns);
  if (periods <= 0 || growth < 0) return undefined;
  return finite(growth ** (TRADING_DAYS_PER_YEAR / periods) - 1);
}

/** Standard deviation of the sample (n − 1), a year. Needs two returns. */
export function volatility(returns: readonly number[]): number | undefined {
  const deviation = sampleDeviation(returns);
  return deviation === undefined ? undefined : deviation * Math.sqrt(TRADING_DAYS_PER_YEAR);
}

/** Mean return over its sample deviation, a year. Needs two returns that differ. */
export function sharpeRatio(returns: readonly number[]): number | undefined {
  const deviation = sampleDeviation(returns);
  if (deviation === undefined || areAlike(returns)) return undefined;
  return finite((mean(returns) / deviation) * Math.sqrt(TRADING_DAYS_PER_YEAR));
}

/** Mean return over the root of the mean squared loss (gains count as 0), a year. Needs two returns, and a loss. */
export function sortinoRatio(returns: readonly number[]): number | undefined {
  if (returns.length < 2) return undefined;
  const downside = Math.sqrt(mean(returns.map((gained) => Math.min(gained, 0) ** 2)));
  if (downside === 0) return undefined;
  return finite((mean(returns) / downside) * Math.sqrt(TRADING_DAYS_PER_YEAR));
}

/** The deepest fall below the highest level before it, the start included: from −1 to 0. 0 without a fall. */
export function maxDrawdown(returns: readonly number[]): number {
  let level = 1;
  let peak = 1;
  let deepest = 0;
  for (const gained of returns) {
    level *= 1 + gained;
    peak = Math.max(peak, level);
    deepest = Math.min(deepest, level / peak - 1);
  }
  return deepest;
}

/**
 * Historical value at risk: the return that the worst `tail` of all periods did not reach, between two of
 * them by linear interpolation. Needs so many returns that one of them is the tail: 20 for 5 %.
 */
export function valueAtRisk(returns: readonly number[], tail: number): number | undefined {
  if (!hasTail(returns, tail)) return undefined;
  const sorted = [...returns].sort((one, other) => one - other);
  const place = (sorted.length - 1) * tail;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

/** The mean of the worst `tail` of all returns, and at least of the worst one. Needs as many as {@link valueAtRisk}. */
export function expectedShortfall(returns: readonly number[], tail: number): number | undefined {
  if (!hasTail(returns, tail)) return undefined;
  const sorted = [...returns].sort((one, other) => one - other);
  return mean(sorted.slice(0, Math.floor((sorted.length - 1) * tail) + 1));
}

function hasTail(returns: readonly number[], tail: number): boolean {
  return returns.length >= Math.round(1 / tail);
}

function sampleDeviation(returns: readonly number[]): number | undefined {
  if (returns.length < 2) return undefined;
  const average = mean(returns);
  const squares = returns.reduce((sum, gained) => sum + (gained - average) ** 2, 0);
  return Math.sqrt(squares / (returns.length - 1));
}

/** The deviation of equal numbers may come out a little above 0: their mean is rounded. */
function areAlike(returns: readonly number[]): boolean {
  return returns.every((gained) => gained === returns[0]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
