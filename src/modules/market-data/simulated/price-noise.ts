/**
 * A random walk that can be asked for any moment, without walking there.
 *
 * Brownian motion has the same shape on every time scale, so it is built as a sum of octaves: each is a
 * row of hashed random values, one per period, joined by a smooth curve; the periods double, and the
 * amplitudes grow with the square root of the period, which makes the variance of a move grow in
 * proportion to its duration. (Value noise summed to fractional Brownian motion with H = 1/2, as
 * procedural terrains are made: F. K. Musgrave in Ebert et al., Texturing & Modeling.)
 * Beyond the longest period it wanders no further, so a price stays near its level for ever.
 */

/**
 * Scales the sum so that moves over minutes and hours have the standard deviation of a Brownian
 * motion of variance 1 a second: measured over seeds and durations, see the spec.
 */
const GAIN = 0.79;

/** Looked up once: under a test runner's sandbox a global costs more than what it computes here. */
const { floor, imul } = Math;

interface Octave {
  readonly periodSeconds: number;
  readonly amplitude: number;
  readonly salt: number;
}

/** Periods of 1 s to 2^21 s (24 days), the shortest first. */
export const OCTAVES: readonly Octave[] = Array.from({ length: 22 }, (_, octave) => ({
  periodSeconds: 2 ** octave,
  amplitude: GAIN * Math.sqrt(2 ** octave),
  salt: imul(octave + 1, 0x9e3779b9),
}));

/** No value of {@link BrownianNoise} is farther from 0. */
export const NOISE_BOUND = OCTAVES.reduce((sum, { amplitude }) => sum + amplitude, 0);

const FREQUENCIES = Float64Array.from(OCTAVES, ({ periodSeconds }) => 1 / periodSeconds);
const AMPLITUDES = Float64Array.from(OCTAVES, ({ amplitude }) => amplitude);

/**
 * A smooth random path with standard deviation sqrt(d) for the move over d seconds, for d from some
 * seconds to some days. Another seed (a 32-bit integer), another path.
 */
export class BrownianNoise {
  readonly #rowSeeds: Int32Array;
  /** Rows that start apart: otherwise all octaves would turn at the same moments. */
  readonly #phases: Float64Array;

  constructor(seed: number) {
    this.#rowSeeds = Int32Array.from(OCTAVES, ({ salt }) => mix(seed + salt));
    this.#phases = Float64Array.from(this.#rowSeeds, (rowSeed) => (rowSeed >>> 0) / 2 ** 32);
  }

  /** @param seconds any time ≥ 0, with fractions */
  at(seconds: number): number {
    let sum = 0;
    for (let octave = OCTAVES.length - 1; octave >= 0; octave -= 1) {
      const rowSeed = this.#rowSeeds[octave] as number;
      const position = seconds * (FREQUENCIES[octave] as number) + (this.#phases[octave] as number);
      const index = floor(position);
      const from = hashedUnit(rowSeed, index);
      const rise = hashedUnit(rowSeed, index + 1) - from;
      sum += (AMPLITUDES[octave] as number) * (from + rise * smoothstep(position - index));
    }
    return sum;
  }

  /**
   * For each of the moments, the sum of the octaves from `begin` on: from 0, the value {@link at} it, to the
   * last bit. Moments that ascend cost a fraction of as many single ones: they share the rows they fall in.
   */
  sums(seconds: Float64Array, begin: number, out: Float64Array): void {
    out.fill(0);
    for (let octave = OCTAVES.length - 1; octave >= begin; octave -= 1) {
      const rowSeed = this.#rowSeeds[octave] as number;
      const phase = this.#phases[octave] as number;
      const frequency = FREQUENCIES[octave] as number;
      const amplitude = AMPLITUDES[octave] as number;
      let index = -1;
      let from = 0;
      let rise = 0;
      for (let i = 0; i < seconds.length; i += 1) {
        const position = (seconds[i] as number) * frequency + phase;
        const here = floor(position);
        if (here !== index) {
          index = here;
          from = hashedUnit(rowSeed, index);
          rise = hashedUnit(rowSeed, index + 1) - from;
        }
        (out[i] as number) += amplitude * (from + rise * smoothstep(position - index));
      }
    }
  }
}

/** The largest move that {@link BrownianNoise} can make in `seconds`. */
export function largestNoiseMove(seconds: number): number {
  // Neighbouring values are 2 apart at most, and the curve between them is never steeper than 1.5.
  return OCTAVES.reduce(
    (sum, { periodSeconds, amplitude }) =>
      sum + amplitude * Math.min(2, (3 * seconds) / periodSeconds),
    0,
  );
}

/** A whole number in `min`…`max`, the same for the same seed and index. */
export function hashedInteger(seed: number, index: number, min: number, max: number): number {
  return min + ((hashedSeed(seed, index) >>> 0) % (max - min + 1));
}

/** A seed for a place in a row. */
export function hashedSeed(seed: number, index: number): number {
  return mix(seed ^ mix(index));
}

/** A seed for a text (FNV-1a, then mixed). */
export function textSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** −1…1 for a place in a row. */
export function hashedUnit(rowSeed: number, index: number): number {
  return (mix(rowSeed ^ mix(index)) >>> 0) / 2 ** 31 - 1;
}

/** A 32-bit integer hash with low bias (C. Wellons, "Prospecting for Hash Functions", lowbias32). */
function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = imul(hash, 0x7feb352d);
  hash ^= hash >>> 15;
  hash = imul(hash, 0x846ca68b);
  return hash ^ (hash >>> 16);
}

/** From 0 to 1 for x in 0…1, level at both ends. */
export function smoothstep(x: number): number {
  return x * x * (3 - 2 * x);
}
