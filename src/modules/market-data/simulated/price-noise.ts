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

/** Periods of 1 s to 2^21 s (24 days). */
const OCTAVES = Array.from({ length: 22 }, (_, octave) => ({
  periodSeconds: 2 ** octave,
  amplitude: GAIN * Math.sqrt(2 ** octave),
  salt: Math.imul(octave + 1, 0x9e3779b9),
}));

/** No value of {@link brownianNoise} is farther from 0. */
export const NOISE_BOUND = OCTAVES.reduce((sum, { amplitude }) => sum + amplitude, 0);

/**
 * A smooth random path with standard deviation sqrt(d) for the move over d seconds, for d from some
 * seconds to some days.
 * @param seed 32-bit integer: another seed, another path
 * @param seconds any time ≥ 0, with fractions
 */
export function brownianNoise(seed: number, seconds: number): number {
  let sum = 0;
  for (const { periodSeconds, amplitude, salt } of OCTAVES) {
    const rowSeed = mix(seed + salt);
    // Rows that start apart: otherwise all octaves would turn at the same moments.
    const phase = (rowSeed >>> 0) / 2 ** 32;
    const position = seconds / periodSeconds + phase;
    const index = Math.floor(position);
    const from = unitValue(rowSeed, index);
    const to = unitValue(rowSeed, index + 1);
    sum += amplitude * (from + (to - from) * smoothstep(position - index));
  }
  return sum;
}

/** The largest move that {@link brownianNoise} can make in `seconds`. */
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
  return min + ((mix(seed ^ mix(index)) >>> 0) % (max - min + 1));
}

/** A seed for a text (FNV-1a, then mixed). */
export function textSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** −1…1 for a place in a row. */
function unitValue(rowSeed: number, index: number): number {
  return (mix(rowSeed ^ mix(index)) >>> 0) / 2 ** 31 - 1;
}

/** A 32-bit integer hash with low bias (C. Wellons, "Prospecting for Hash Functions", lowbias32). */
function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x7feb352d);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x846ca68b);
  return hash ^ (hash >>> 16);
}

function smoothstep(x: number): number {
  return x * x * (3 - 2 * x);
}
