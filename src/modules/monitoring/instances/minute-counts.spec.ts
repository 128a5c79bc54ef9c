import fc from 'fast-check';
import { MinuteCounts } from './minute-counts.js';

const counts = (lookups: number) => ({ lookups, hits: 0, connectionErrors: 0 });

describe('the counts of the last minute', () => {
  it('are the gain since a minute ago', () => {
    const minute = new MinuteCounts();
    minute.gain(counts(0), 0);
    expect(minute.gain(counts(10), 30_000).lookups).toBe(10);
    expect(minute.gain(counts(15), 60_000).lookups).toBe(15);
    expect(minute.gain(counts(16), 90_000).lookups).toBe(6);
    expect(minute.gain(counts(16), 150_000).lookups).toBe(0);
  });

  it('do not depend on how often somebody looks', () => {
    const looks = fc.array(fc.integer({ min: 60_000, max: 119_999 }));
    fc.assert(
      fc.property(looks, (times) => {
        // One lookup each ms, and looks at 0 and 60 s at least.
        const minute = new MinuteCounts();
        for (const atMs of [0, 60_000, ...times.sort((a, b) => a - b)]) {
          minute.gain(counts(atMs), atMs);
        }
        expect(minute.gain(counts(120_000), 120_000).lookups).toBe(60_000);
      }),
    );
  });
});
