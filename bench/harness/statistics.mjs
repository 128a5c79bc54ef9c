// @ts-check

/** @param {readonly number[]} values at least one @returns {number} */
export function median(values) {
  return percentile(values, 50);
}

/**
 * By linear interpolation between the two nearest ranks.
 * @param {readonly number[]} values at least one
 * @param {number} percent 0–100
 * @returns {number}
 */
export function percentile(values, percent) {
  const sorted = Float64Array.from(values).sort();
  const rank = ((sorted.length - 1) * percent) / 100;
  const low = sorted[Math.floor(rank)];
  const high = sorted[Math.ceil(rank)];
  if (low === undefined || high === undefined) throw new RangeError('no values to rank');
  return low + (high - low) * (rank - Math.floor(rank));
}

/**
 * @param {readonly number[]} values at least one
 * @returns {[number, number]} the least and the greatest
 */
export function spreadOf(values) {
  return [Math.min(...values), Math.max(...values)];
}

/** Four significant digits: what is behind them differs from run to run. @param {number} value */
export function rounded(value) {
  return Number(value.toPrecision(4));
}
