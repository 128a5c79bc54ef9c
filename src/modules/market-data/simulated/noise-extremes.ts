import { SECOND_MS } from '../../../kernel/duration.js';
import { OCTAVES, type BrownianNoise } from './price-noise.js';

/** Moments on a grid: `index * stepMs`, from the first index to the last, both included. */
export interface NoiseGrid {
  readonly stepMs: number;
  readonly first: number;
  readonly last: number;
}

const { max, min } = Math;
const PERIODS = Float64Array.from(OCTAVES, ({ periodSeconds }) => periodSeconds);

/** Above the rounding errors of the sums. */
const SLACK = 1e-9;

/** `FAST[k]`: the farthest that the octaves below `k` can be from 0 together. */
const FAST = new Float64Array(OCTAVES.length + 1);
OCTAVES.forEach(({ amplitude }, k) => (FAST[k + 1] = (FAST[k] ?? 0) + amplitude));

/**
 * `BEND[k]` times the square of a stretch in seconds: how far the octaves from `k` on can rise above the
 * higher of its ends within it. A curve whose second derivative is at most M leaves its chord by at most
 * M·d²/8; an octave's is 12·amplitude/period².
 */
const BEND = new Float64Array(OCTAVES.length + 1);
OCTAVES.toReversed().forEach(({ amplitude, periodSeconds }, fromEnd) => {
  const k = OCTAVES.length - 1 - fromEnd;
  BEND[k] = (BEND[k + 1] ?? 0) + (1.5 * amplitude) / periodSeconds ** 2;
});

/** So few are all looked at: it costs less than to choose. */
const SWEPT_MOMENTS = 128;

/** A stretch that may hold the extreme is divided by so many. */
const BRANCHES = 4;

/**
 * The highest and the lowest value of the noise on a grid, exactly, without walking over it.
 *
 * Branch and bound: the slow octaves hardly bend within a stretch, the fast ones cannot leave their
 * amplitude, so a stretch that cannot reach what was found already is left out. A day of seconds takes
 * about a thousand looks instead of 86,400.
 */
export function noiseExtremes(
  noise: BrownianNoise,
  grid: NoiseGrid,
): { readonly high: number; readonly low: number } {
  const count = grid.last - grid.first + 1;
  if (count > SWEPT_MOMENTS) {
    return { high: highest(noise, grid, 1), low: -highest(noise, grid, -1) };
  }
  const sums = new Float64Array(count);
  const seconds = Float64Array.from(sums, (_, i) => ((grid.first + i) * grid.stepMs) / SECOND_MS);
  noise.sums(seconds, 0, sums);
  return { high: max(...sums), low: min(...sums) };
}

/** The highest value of `sign` times the noise. */
function highest(noise: BrownianNoise, { stepMs, first, last }: NoiseGrid, sign: 1 | -1): number {
  const secondsAt = (index: number) => (index * stepMs) / SECOND_MS;
  let best = -Infinity;
  let length = 1;
  while (length * BRANCHES < last - first) length *= BRANCHES;
  let stretches = divide({ points: [first, last], starts: [0] }, length);
  for (; ; length /= BRANCHES) {
    const { points, starts } = stretches;
    const seconds = Float64Array.from(points, secondsAt);
    const octave = length > 1 ? slowFrom(secondsAt(length)) : 0;
    const sums = new Float64Array(points.length);
    noise.sums(seconds, octave, sums);
    best = max(best, sign * noise.at(seconds[highestIndex(sums, sign)] as number));
    if (length === 1) return best;

    const rise =
      (BEND[octave] as number) * secondsAt(length) ** 2 + (FAST[octave] as number) + SLACK;
    const promising = starts.filter(
      (i) => max(sign * (sums[i] as number), sign * (sums[i + 1] as number)) + rise > best,
    );
    if (promising.length === 0) return best;
    stretches = divide({ points, starts: promising }, length / BRANCHES);
  }
}

/** Moments, ascending, and the places of those that a stretch begins at: it ends at the next one. */
interface Stretches {
  readonly points: readonly number[];
  readonly starts: readonly number[];
}

/** The stretches of at most `length` that others are made of. */
function divide(whole: Stretches, length: number): Stretches {
  const points: number[] = [];
  const starts: number[] = [];
  for (const place of whole.starts) {
    const last = whole.points[place + 1] as number;
    for (let start = whole.points[place] as number; start < last; start += length) {
      if (points.at(-1) !== start) points.push(start);
      starts.push(points.length - 1);
      points.push(min(start + length, last));
    }
  }
  return { points, starts };
}

function highestIndex(values: Float64Array, sign: 1 | -1): number {
  let highestSoFar = 0;
  for (let i = 1; i < values.length; i += 1) {
    if (sign * (values[i] as number) > sign * (values[highestSoFar] as number)) highestSoFar = i;
  }
  return highestSoFar;
}

/** The first octave that is slow for a stretch: it bends less within it than its amplitude. */
function slowFrom(seconds: number): number {
  let octave = OCTAVES.length;
  while (octave > 0 && (PERIODS[octave - 1] as number) >= 2 * seconds) octave -= 1;
  return octave;
}
