import { SECOND_MS } from '../../../kernel/duration.js';
import { OCTAVES, type BrownianNoise } from './price-noise.js';

/** Moments on a grid: `index * stepMs`, from the first index to the last, both included. */
export interface NoiseGrid {
  readonly stepMs: number;
  readonly first: number;
  readonly last: number;
}

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

/** Numbers of a stretch that waits: first, last, slowest octaves, their sum at first and at last. */
const FRAME = 5;
/** Stretches halve: as many can wait as an index has bits. */
const MAX_WAITING = 64;

/**
 * The highest and the lowest value of the noise on a grid, exactly, without walking over it.
 *
 * Branch and bound: the slow octaves hardly bend within a stretch, the fast ones cannot leave their
 * amplitude, so a stretch that cannot reach what was found already is left out. A day of seconds takes
 * some hundred steps instead of 86,400.
 */
export function noiseExtremes(
  noise: BrownianNoise,
  grid: NoiseGrid,
): { readonly high: number; readonly low: number } {
  return { high: highest(noise, grid, 1), low: -highest(noise, grid, -1) };
}

/** The highest value of `sign` times the noise. */
function highest(noise: BrownianNoise, grid: NoiseGrid, sign: 1 | -1): number {
  const secondsAt = (index: number) => (index * grid.stepMs) / SECOND_MS;
  let best = Math.max(
    sign * noise.at(secondsAt(grid.first)),
    sign * noise.at(secondsAt(grid.last)),
  );
  // A stack of its own, not recursion: numbers in an array cost nothing to hand on.
  const waiting = new Float64Array(FRAME * MAX_WAITING);
  let top = 0;
  const wait = (first: number, last: number, octave: number, from: number, to: number) => {
    waiting.set([first, last, octave, from, to], top);
    top += FRAME;
  };
  wait(grid.first, grid.last, OCTAVES.length, 0, 0);
  while (top > 0) {
    top -= FRAME;
    const first = waiting[top] as number;
    const last = waiting[top + 1] as number;
    if (last - first < 2) continue;
    const seconds = secondsAt(last - first);
    const known = waiting[top + 2] as number;
    const octave = slowFrom(seconds, known);
    const from = noise.add(waiting[top + 3] as number, known, octave, secondsAt(first));
    const to = noise.add(waiting[top + 4] as number, known, octave, secondsAt(last));
    const rise = (BEND[octave] as number) * seconds * seconds + (FAST[octave] as number) + SLACK;
    if (Math.max(sign * from, sign * to) + rise <= best) continue;

    const middle = Math.floor((first + last) / 2);
    const at = noise.add(0, OCTAVES.length, octave, secondsAt(middle));
    best = Math.max(best, sign * noise.add(at, octave, 0, secondsAt(middle)));
    // The higher half on top: what it finds may spare the other.
    if (sign * from > sign * to) {
      wait(middle, last, octave, at, to);
      wait(first, middle, octave, from, at);
    } else {
      wait(first, middle, octave, from, at);
      wait(middle, last, octave, at, to);
    }
  }
  return best;
}

/** The first octave that is slow for a stretch: it bends less within it than its amplitude. */
function slowFrom(seconds: number, atMost: number): number {
  let octave = atMost;
  while (octave > 0 && (OCTAVES[octave - 1]?.periodSeconds ?? 0) >= 2 * seconds) octave -= 1;
  return octave;
}
