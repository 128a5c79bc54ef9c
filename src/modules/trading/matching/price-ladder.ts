import type { OrderSide } from '../orders/order.js';
import { PriceLevel, type BookEntry } from './price-level.js';

/** Floors of the skip list: with one level in four on the next one, enough for 4^12 (16 million). */
const FLOORS = 12;

/**
 * The price levels of one side, the best first: a skip list (W. Pugh, 1990). The best level is at hand; a level is
 * found, added or removed in O(log n) on average, the best ones and those better than all in O(1).
 *
 * Floors are drawn from a generator of its own, always the same: they decide about speed, never about results.
 */
export class PriceLadder {
  /** Better than any level. */
  readonly #top = new PriceLevel(0, -Infinity, new Array<undefined>(FLOORS).fill(undefined));
  /** On each floor the last level before the one that was looked for. */
  readonly #path: PriceLevel[] = new Array<PriceLevel>(FLOORS).fill(this.#top);
  readonly #sign: 1 | -1;
  /** Floors in use. */
  #height = 1;
  #draw = 0x2545f491;
  #quantity = 0;

  constructor(readonly side: OrderSide) {
    this.#sign = side === 'sell' ? 1 : -1;
  }

  get best(): PriceLevel | undefined {
    return this.#top.worse[0];
  }

  /** Lots on all levels together. */
  get quantity(): number {
    return this.#quantity;
  }

  /** The rank of the worst level that an order with this limit trades with; of a market order, of any. */
  worstRank(limit: number | undefined): number {
    return limit === undefined ? Infinity : limit * this.#sign;
  }

  /** The level at a price; made when there is none. It must not stay empty. */
  levelAt(price: number): PriceLevel {
    const rank = price * this.#sign;
    this.#walkTo(rank);
    const found = this.#path[0]?.worse[0];
    return found?.rank === rank ? found : this.#insert(price, rank);
  }

  append(entry: BookEntry): void {
    entry.level.append(entry);
    this.#quantity += entry.remaining;
  }

  /** Takes an order out, and its level with it when it was the last one there. */
  remove(entry: BookEntry): void {
    const { level } = entry;
    this.#quantity -= entry.remaining;
    level.unlink(entry);
    if (level.orders === 0) this.#removeLevel(level);
  }

  /** Takes lots from an order that keeps some. */
  reduce(entry: BookEntry, lots: number): void {
    entry.remaining -= lots;
    entry.level.quantity -= lots;
    this.#quantity -= lots;
  }

  /** The best first. */
  *levels(): Generator<PriceLevel, void, undefined> {
    for (let level = this.best; level !== undefined; level = level.worse[0]) yield level;
  }

  /** In the order in which they trade. */
  *entries(): Generator<BookEntry, void, undefined> {
    for (const level of this.levels())
      for (let entry = level.first; entry !== undefined; entry = entry.next) yield entry;
  }

  /** Leads the path to just before a rank. */
  #walkTo(rank: number): void {
    let level = this.#top;
    for (let floor = this.#height - 1; floor >= 0; floor -= 1) {
      for (let next = level.worse[floor]; next !== undefined && next.rank < rank;) {
        level = next;
        next = level.worse[floor];
      }
      this.#path[floor] = level;
    }
  }

  /** At the end of the path. */
  #insert(price: number, rank: number): PriceLevel {
    const height = this.#drawHeight();
    while (this.#height < height) this.#path[this.#height++] = this.#top;
    const level = new PriceLevel(price, rank, new Array<undefined>(height).fill(undefined));
    for (let floor = 0; floor < height; floor += 1) {
      const before = this.#path[floor] ?? this.#top;
      level.worse[floor] = before.worse[floor];
      before.worse[floor] = level;
    }
    return level;
  }

  #removeLevel(level: PriceLevel): void {
    if (level !== this.best) this.#walkTo(level.rank);
    else this.#path.fill(this.#top, 0, level.worse.length);
    for (let floor = 0; floor < level.worse.length; floor += 1) {
      const before = this.#path[floor] ?? this.#top;
      before.worse[floor] = level.worse[floor];
    }
    while (this.#height > 1 && this.#top.worse[this.#height - 1] === undefined) this.#height -= 1;
  }

  /** 1 for three in four, 2 for three in sixteen, …: xorshift32 (G. Marsaglia, 2003), two bits a floor. */
  #drawHeight(): number {
    let draw = this.#draw;
    draw ^= draw << 13;
    draw ^= draw >>> 17;
    draw ^= draw << 5;
    this.#draw = draw;
    let height = 1;
    while (height < FLOORS && (draw & 3) === 0) {
      height += 1;
      draw >>>= 2;
    }
    return height;
  }
}
