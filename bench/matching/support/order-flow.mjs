// @ts-check
import { randomNumbers } from '../../harness/random.mjs';

/**
 * What is asked of a book: whole numbers as prices and quantities, so that both sides are exact.
 * @typedef {object} FlowOrder
 * @property {'limit' | 'market'} kind
 * @property {string} id
 * @property {'buy' | 'sell'} side
 * @property {number} quantity
 * @property {number} price 0 at market
 * @property {'gtc' | 'ioc' | 'fok'} timeInForce
 */

/** @typedef {FlowOrder | { kind: 'cancel', id: string }} FlowStep */

/**
 * Shares of the steps; the rest are limit orders that may wait.
 * @typedef {object} FlowShape
 * @property {number} steps
 * @property {number} spread the standard deviation of prices around the middle, in ticks
 * @property {number} cancels
 * @property {number} markets
 * @property {number} immediate immediate-or-cancel and fill-or-kill, half each
 */

const SEED = 20_250_314;
const FIRST_MIDDLE = 100_000;
/** Ids live as long as they do at an exchange: they are not made for the run, and are compared as text. */
const idOf = (/** @type {number} */ index) => `order-${String(index).padStart(8, '0')}`;

/**
 * The same flow for the same shape: orders around a middle that wanders, both sides alike, of 1 to 100 lots.
 * @param {FlowShape} shape
 * @returns {FlowStep[]}
 */
export function orderFlow({ steps, spread, cancels, markets, immediate }) {
  const random = randomNumbers(SEED);
  let middle = FIRST_MIDDLE;
  let placed = 0;
  return Array.from({ length: steps }, () => {
    const kind = random();
    if (placed > 0 && kind < cancels)
      return { kind: 'cancel', id: idOf(1 + Math.floor(random() * placed)) };
    middle += Math.floor(random() * 3) - 1;
    placed += 1;
    const order = {
      id: idOf(placed),
      side: random() < 0.5 ? /** @type {const} */ ('buy') : /** @type {const} */ ('sell'),
      quantity: 1 + Math.floor(random() * 100),
    };
    if (kind < cancels + markets) return { kind: 'market', ...order, price: 0, timeInForce: 'ioc' };
    const price = Math.max(1, Math.round(middle + gaussian(random) * spread));
    const waits = kind >= cancels + markets + immediate;
    const timeInForce = waits ? 'gtc' : random() < 0.5 ? 'ioc' : 'fok';
    return { kind: 'limit', ...order, price, timeInForce };
  });
}

/** Box and Muller. @param {() => number} random */
function gaussian(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
