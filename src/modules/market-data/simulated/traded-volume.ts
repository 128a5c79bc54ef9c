import { hashedUnit, smoothstep } from './price-noise.js';

/** Seconds of the waves that trading comes in: a minute, some minutes, an hour, some hours. */
const WAVE_SECONDS = [64, 512, 4_096, 32_768];
/** Each wave makes trading up to this much faster or slower: together never more than it was. */
const WAVE_STRENGTH = 0.22;

/**
 * Units traded from 1970 until a moment: a pure function that never falls, so that the volume of a day is
 * exactly that of its minutes.
 * @param perSecond units traded per second on average
 */
export function tradedUntil(seed: number, perSecond: number, seconds: number): number {
  let traded = seconds;
  WAVE_SECONDS.forEach((period, wave) => {
    const position = seconds / period;
    const index = Math.floor(position);
    const from = hashedUnit(seed + wave, index);
    const to = hashedUnit(seed + wave, index + 1);
    const value = from + (to - from) * smoothstep(position - index);
    // Steepest where neighbours are 2 apart: 3 / period. So this adds WAVE_STRENGTH a second at most.
    traded += ((WAVE_STRENGTH * period) / 3) * value;
  });
  return Math.floor(perSecond * traded);
}
