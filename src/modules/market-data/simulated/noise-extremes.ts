import { SECOND_MS } from '../../../kernel/duration.js';
import { OCTAVES, type BrownianNoise } from './price-noise.js';

/** Moments on a grid: `index * stepMs`, from the first index to the last, both included. */
export interface NoiseGrid {
  readonly stepMs: number;
  readonly first: number;
  readonly last: number;
}

const { floor, max } = Math;
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

/** Stretches halve: as many can wait as an index has bits, and one. */
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
  const secondsPerStep = grid.stepMs / SECOND_MS;
  const secondsAt = (index: number) => (index * grid.stepMs) / SECOND_MS;
  let best = max(sign * noise.at(secondsAt(grid.first)), sign * noise.at(secondsAt(grid.last)));
  // Stretches that wait. Columns, not objects and no recursion: it is the inner loop of every chart.
  const firsts = new Float64Array(MAX_WAITING);
  const lasts = new Float64Array(MAX_WAITING);
  /** The first of the slow octaves, and their sum at the ends. */
  const octaves = new Uint8Array(MAX_WAITING);
  const froms = new Float64Array(MAX_WAITING);
  const tos = new Float64Array(MAX_WAITING);
  firsts[0] = grid.first;
  lasts[0] = grid.last;
  octaves[0] = OCTAVES.length;
  for (let waiting = 1; waiting > 0;) {
    const top = waiting - 1;
    waiting = top;
    const first = firsts[top] as number;
    const last = lasts[top] as number;
    if (last - first < 2) continue;
    const seconds = (last - first) * secondsPerStep;
    const known = octaves[top] as number;
    const octave = slowFrom(seconds, known);
    const from = noise.add(froms[top] as number, known, octave, secondsAt(first));
    const to = noise.add(tos[top] as number, known, octave, secondsAt(last));
    const fast = (FAST[octave] as number) + SLACK;
    const rise = (BEND[octave] as number) * seconds * seconds + fast;
    if (max(sign * from, sign * to) + rise <= best) continue;

    const middle = floor((first + last) / 2);
    const at = noise.add(0, OCTAVES.length, octave, secondsAt(middle));
    // Asking costs as much as a step: only where it may be higher.
    if (sign * at + fast > best) {
      best = max(best, sign * noise.add(at, octave, 0, secondsAt(middle)));
    }
    // The higher half on top, so that it comes first.
    const left = sign * from > sign * to ? top + 1 : top;
    const right = left === top ? top + 1 : top;
    firsts[left] = first;
    lasts[left] = firsts[right] = middle;
    lasts[right] = last;
    octaves[left] = octaves[right] = octave;
    froms[left] = from;
    tos[left] = froms[right] = at;
    tos[right] = to;
    waiting = top + 2;
  }
  return best;
}

/** The first octave that is slow for a stretch: it bends less within it than its amplitude. */
function slowFrom(seconds: number, atMost: number): number {
  let octave = atMost;
  while (octave > 0 && (PERIODS[octave - 1] as number) >= 2 * seconds) octave -= 1;
  return octave;
}
