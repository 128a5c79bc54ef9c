import fc from 'fast-check';
import {
  BrownianNoise,
  NOISE_BOUND,
  hashedInteger,
  largestNoiseMove,
  textSeed,
} from './price-noise.js';

const brownianNoise = (seed: number, seconds: number) => new BrownianNoise(seed).at(seconds);
const seeds = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
/** 1970 to 2100. */
const times = fc.double({ min: 0, max: 4.1e9, noNaN: true });

/** Root mean square of the move over `seconds`, per square root of a second, over 4,000 samples. */
function measuredVolatility(seconds: number): number {
  let sumOfSquares = 0;
  const samples = 4_000;
  for (let i = 0; i < samples; i += 1) {
    const seed = textSeed(`walk ${i % 100}`);
    const start = 1.7e9 + i * 76_541.3;
    sumOfSquares += (brownianNoise(seed, start + seconds) - brownianNoise(seed, start)) ** 2;
  }
  return Math.sqrt(sumOfSquares / samples / seconds);
}

describe('BrownianNoise', () => {
  it('is the same for the same seed and time', () => {
    fc.assert(
      fc.property(seeds, times, (seed, time) => {
        expect(brownianNoise(seed, time)).toBe(brownianNoise(seed, time));
      }),
    );
  });

  it('takes another path for another seed', () => {
    fc.assert(
      fc.property(seeds, times, (seed, time) => {
        expect(brownianNoise(seed, time)).not.toBe(brownianNoise(seed + 1, time));
      }),
    );
  });

  it('never leaves its bound, at any time', () => {
    fc.assert(
      fc.property(seeds, times, (seed, time) => {
        expect(Math.abs(brownianNoise(seed, time))).toBeLessThanOrEqual(NOISE_BOUND);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never jumps: a move is bounded by how long it had', () => {
    fc.assert(
      fc.property(
        seeds,
        times,
        fc.double({ min: 0.001, max: 10, noNaN: true }),
        (seed, time, seconds) => {
          const move = Math.abs(brownianNoise(seed, time + seconds) - brownianNoise(seed, time));
          expect(move).toBeLessThanOrEqual(largestNoiseMove(seconds) + 1e-4);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([5, 60, 3_600, 86_400])('has the volatility of Brownian motion over %d s', (seconds) => {
    const volatility = measuredVolatility(seconds);
    expect(volatility).toBeGreaterThan(0.9);
    expect(volatility).toBeLessThan(1.1);
  });
});

describe('hashedInteger', () => {
  it('stays within its limits and reaches both', () => {
    const drawn = Array.from({ length: 500 }, (_, index) => hashedInteger(7, index, 1, 12));
    expect(Math.min(...drawn)).toBe(1);
    expect(Math.max(...drawn)).toBe(12);
  });
});
