// @ts-check
import { randomNumbers } from '../../harness/random.mjs';

/**
 * What is asked for. Callers have the object at hand, as a service has; its key is made anew for each call.
 * @typedef {object} Params
 * @property {number} id
 * @property {string} userId
 */

/** @typedef {{ id: number, email: string, roles: string[], limits: Record<string, number>, about: string }} Profile */

/** @param {number} id @returns {Params} */
export function paramsOf(id) {
  return { id, userId: `user-${String(id).padStart(6, '0')}` };
}

/** The same for every side. @param {Params} params */
export function keyOf({ userId }) {
  return `${userId}:profile`;
}

/**
 * @param {number} id
 * @param {number} bytes about so long is its JSON
 * @returns {Profile}
 */
export function profileOf(id, bytes) {
  const profile = {
    id,
    email: `user-${id}@example.com`,
    roles: ['trader', 'reader'],
    limits: { ordersPerMinute: 100, maxNotional: 250_000 },
    about: '',
  };
  const missing = Math.max(0, bytes - JSON.stringify(profile).length);
  return { ...profile, about: WORDS.repeat(Math.ceil(missing / WORDS.length)).slice(0, missing) };
}

const WORDS = 'Long-term, low turnover, mostly large caps; rebalances on the first of the month. ';

/** Goes through ids again and again, in an order that is the same in every process. */
export class Walk {
  #order;
  #next = 0;

  /** @param {readonly number[]} order */
  constructor(order) {
    this.#order = Uint32Array.from(order);
  }

  /** All ids once before any comes again: an LRU that is smaller than their number never has the next one. */
  static throughAll(/** @type {number} */ ids) {
    const random = randomNumbers(ids);
    const order = Array.from({ length: ids }, (_, id) => id);
    for (let last = ids - 1; last > 0; last -= 1) {
      const other = Math.floor(random() * (last + 1));
      const [a = 0, b = 0] = [order[last], order[other]];
      [order[last], order[other]] = [b, a];
    }
    return new Walk(order);
  }

  /** Any id as likely as any other. */
  static atRandom(/** @type {number} */ ids) {
    const random = randomNumbers(ids);
    return new Walk(Array.from({ length: 8_192 }, () => Math.floor(random() * ids)));
  }

  next() {
    const id = this.#order[this.#next] ?? 0;
    this.#next = (this.#next + 1) % this.#order.length;
    return id;
  }

  /** The sum of the next `count` ids. @param {number} count */
  sum(count) {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += this.next();
    return sum;
  }
}

/** `size` at a time. @template T @param {readonly T[]} items @param {number} size @returns {T[][]} */
export function chunksOf(items, size) {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  );
}

/** @param {number} count @param {number} [from] @returns {number[]} */
export function idsFrom(count, from = 0) {
  return Array.from({ length: count }, (_, i) => from + i);
}
