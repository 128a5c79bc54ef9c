import fc from 'fast-check';
import type { OrderSide } from '../orders/order.js';
import { BookEntry } from './price-level.js';
import { PriceLadder } from './price-ladder.js';

function add(ladder: PriceLadder, price: number, id = `at-${price}`): BookEntry {
  const order = { id, owner: 'me', side: ladder.side, price, quantity: 1, remaining: 1 };
  const entry = new BookEntry({ ...order, postOnly: false, sequence: 1 }, ladder.levelAt(price));
  ladder.append(entry);
  return entry;
}

const prices = (ladder: PriceLadder) => [...ladder.levels()].map(({ price }) => price);

describe('the levels of a side', () => {
  it.each<[OrderSide, number[]]>([
    ['sell', [1, 2, 3]],
    ['buy', [3, 2, 1]],
  ])('stand with the best first: %s', (side, expected) => {
    const ladder = new PriceLadder(side);
    for (const price of [2, 1, 3]) add(ladder, price);
    expect(prices(ladder)).toEqual(expected);
    expect(ladder.best?.price).toBe(expected[0]);
  });

  it('are one for each price, and go with their last order', () => {
    const ladder = new PriceLadder('sell');
    const [first, second] = [add(ladder, 5, 'a'), add(ladder, 5, 'b')];
    expect(first.level).toBe(second.level);
    ladder.remove(first);
    expect(prices(ladder)).toEqual([5]);
    ladder.remove(second);
    expect(prices(ladder)).toEqual([]);
    expect(ladder.quantity).toBe(0);
  });

  it('stay sorted through thousands of prices that come and go, to the highest there is', () => {
    const price = fc.oneof(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    );
    const steps = fc.array(fc.tuple(price, fc.boolean()), { maxLength: 2_000, size: 'max' });
    const sides = fc.constantFrom<OrderSide>('buy', 'sell');
    fc.assert(
      fc.property(sides, steps, (side, history) => {
        const ladder = new PriceLadder(side);
        const entries = new Map<number, BookEntry>();
        for (const [price, isAdded] of history) {
          const entry = entries.get(price);
          if (entry === undefined) entries.set(price, add(ladder, price));
          else if (!isAdded) {
            ladder.remove(entry);
            entries.delete(price);
          }
        }
        const sign = side === 'sell' ? 1 : -1;
        const expected = [...entries.keys()].sort((one, other) => sign * (one - other));
        expect(prices(ladder)).toEqual(expected);
        expect(ladder.quantity).toBe(entries.size);
      }),
      { numRuns: 30 },
    );
  });
});
