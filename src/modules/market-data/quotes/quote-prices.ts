import { money, priceText } from '../../../kernel/money.js';

/** Bid, ask and last in steps of the price grid (`units` of 10^-decimals USD). */
export interface PriceUnits {
  readonly bid: number;
  readonly ask: number;
  readonly last: number;
}

/**
 * Puts a bid and an ask around a price.
 *
 * The spread is `spreadBps` hundredths of a percent of the price, and one step of the grid at least;
 * the bid never falls below one step.
 * @param mid the price in steps of the grid, not necessarily whole
 */
export function pricesAround(mid: number, spreadBps: number): PriceUnits {
  const spread = Math.max(1, Math.round((mid * spreadBps) / 10_000));
  const bid = Math.max(1, Math.round(mid - spread / 2));
  const ask = bid + spread;
  return { bid, ask, last: Math.min(ask, Math.max(bid, Math.round(mid))) };
}

/** A price in steps of the grid as text in USD: `21281` steps of 2 decimals → `212.81`. */
export function unitsText(units: number, decimals: number): string {
  return priceText(money(`${units}e-${decimals}`));
}
