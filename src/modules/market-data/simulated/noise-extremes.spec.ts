import fc from 'fast-check';
import { noiseExtremes } from './noise-extremes.js';
import { BrownianNoise } from './price-noise.js';

const seeds = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('noiseExtremes', () => {
  it('are what a walk over every moment finds, to the last bit', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 0, max: 4e9 }),
        fc.integer({ min: 0, max: 400 }),
        fc.constantFrom(100, 700, 1_000, 60_000),
        (seed, first, steps, stepMs) => {
          const noise = new BrownianNoise(seed);
          const walked = Array.from({ length: steps + 1 }, (_, index) =>
            noise.at(((first + index) * stepMs) / 1_000),
          );
          expect(noiseExtremes(noise, { stepMs, first, last: first + steps })).toEqual({
            high: Math.max(...walked),
            low: Math.min(...walked),
          });
        },
      ),
    );
  });
});
