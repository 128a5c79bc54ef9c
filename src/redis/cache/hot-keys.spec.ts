import fc from 'fast-check';
import { HotKeys } from './hot-keys.js';

const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('hot', 'warm') },
  { weight: 5, arbitrary: fc.nat(30).map((n) => `k${n}`) },
);

describe('the most read keys', () => {
  it('have among them each with more than its share of the reads, and none is counted too low', () => {
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 300 }),
        fc.integer({ min: 1, max: 10 }),
        (keys, max) => {
          const hot = new HotKeys(1, max);
          const reads = new Map<string, number>();
          for (const one of keys) {
            hot.count('test.cache', one);
            reads.set(one, (reads.get(one) ?? 0) + 1);
          }
          const top = new Map(hot.top(max).map((one) => [one.key, one.reads]));
          expect(top.size).toBe(Math.min(max, reads.size));
          for (const [one, count] of reads) {
            if (count > keys.length / max) expect(top.has(one)).toBe(true);
          }
          for (const [one, estimate] of top) {
            const count = reads.get(one) ?? 0;
            expect(estimate).toBeGreaterThanOrEqual(count);
            // And too high by no more than what the least counted may have had.
            expect(estimate - count).toBeLessThanOrEqual(keys.length / max);
          }
        },
      ),
    );
  });

  it('come in the order of their reads, as many as are asked for', () => {
    const hot = new HotKeys(1);
    for (const one of ['a', 'b', 'b', 'c', 'c', 'c']) hot.count('test.cache', one);
    expect(hot.top(2)).toEqual([
      { cache: 'test.cache', key: 'c', reads: 3 },
      { cache: 'test.cache', key: 'b', reads: 2 },
    ]);
  });

  it('are estimated from a sample', () => {
    const hot = new HotKeys(10);
    for (let i = 0; i < 100; i += 1) hot.count('test.cache', 'k');
    expect(hot.top(1)).toEqual([{ cache: 'test.cache', key: 'k', reads: 100 }]);
  });

  it('are told apart by their caches', () => {
    const hot = new HotKeys(1);
    hot.count('test.one', 'k');
    hot.count('test.other', 'k');
    expect(hot.top(10)).toHaveLength(2);
  });
});
