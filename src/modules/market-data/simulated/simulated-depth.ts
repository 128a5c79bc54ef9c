import type { BookLevel } from '../order-book/order-book.js';
import { unitsText } from '../quotes/quote-prices.js';
import { hashedInteger } from './price-noise.js';

const LEVELS = 10;
const LARGEST_GAP = 3;
const ROUND_LOT = 100;

/**
 * The levels of one side, best first: gaps of one to three steps of the price grid, and more lots the
 * farther from the best price. Prices never fall below one step.
 * @param best the first level: steps of the price grid, and units
 * @param direction 1 for asks, −1 for bids
 * @param seed another for each symbol, side and tick
 */
export function depthLevels(
  best: { readonly price: number; readonly size: string },
  direction: 1 | -1,
  seed: number,
  decimals: number,
): BookLevel[] {
  const levels: BookLevel[] = [{ price: unitsText(best.price, decimals), size: best.size }];
  let price = best.price;
  for (let level = 1; level < LEVELS; level += 1) {
    price += direction * hashedInteger(seed, 2 * level, 1, LARGEST_GAP);
    if (price < 1) break;
    const lots = hashedInteger(seed, 2 * level + 1, 1 + level, 12 + 4 * level);
    levels.push({ price: unitsText(price, decimals), size: String(ROUND_LOT * lots) });
  }
  return levels;
}
