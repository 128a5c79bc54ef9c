import fc from 'fast-check';
import { MISS_WINDOW_MS, slowedUntilMs, withMiss, type Misses } from './misses.js';

const NONE: Misses = { misses: 0, missedSinceMs: 0 };

describe('wrong codes', () => {
  it('slow an account down after the tenth, until 15 min after the first', () => {
    let misses = NONE;
    for (let i = 0; i < 9; i += 1) misses = withMiss(misses, 1_000 + i);
    expect(slowedUntilMs(misses, 2_000)).toBeUndefined();
    misses = withMiss(misses, 2_000);
    expect(slowedUntilMs(misses, 2_000)).toBe(1_000 + MISS_WINDOW_MS);
    expect(slowedUntilMs(misses, 1_000 + MISS_WINDOW_MS)).toBeUndefined();
  });

  it('are never looked at more than 20 times in any 15 min', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5 * 60_000), { maxLength: 200 }), (pauses) => {
        let misses = NONE;
        let nowMs = 0;
        const looked: number[] = [];
        for (const pauseMs of pauses) {
          nowMs += pauseMs;
          if (slowedUntilMs(misses, nowMs) !== undefined) continue;
          looked.push(nowMs);
          misses = withMiss(misses, nowMs);
        }
        for (const from of looked) {
          const within = looked.filter((at) => at >= from && at < from + MISS_WINDOW_MS);
          expect(within.length).toBeLessThanOrEqual(20);
        }
      }),
    );
  });
});
