// @ts-check
import { checkSample, expectSame, rateOf } from './results.mjs';
import { interleave } from './rounds.mjs';

/** @typedef {import('./side.mjs').Side} Side */
/** @typedef {import('./results.mjs').Sample} Sample */

/** Long enough for some garbage collections of each side. */
const SLICE_MS = 100;
/** Sides take turns within a round too: who else uses the machine disturbs none of them more than the others. */
const SLICES = 4;

/**
 * What a side of {@link compareRates} must know to do.
 * @typedef {object} RateSide
 * @property {() => Promise<void>} fill puts in what is to be read
 * @property {() => Promise<unknown[]>} verify the answers to a fixed part of the questions, in full
 * @property {(durationMs: number) => Promise<Sample>} measure
 */

/**
 * Fills all sides, and lets them do the same work in turns. Answers are compared in full before and after, and
 * by their checksum in every round.
 * @param {object} plan
 * @param {readonly Side[]} plan.sides
 * @param {number} plan.rounds
 * @param {readonly unknown[] | ((side: string) => readonly unknown[])} plan.expected what `verify` of every side,
 *   or of that one, must answer
 * @param {(side: string) => (operations: number) => number} plan.startChecksum for one side: what its next so many
 *   answers add up to
 * @param {(text: string) => void} plan.progress
 * @returns {Promise<ReadonlyMap<string, number[]>>} operations per second, by the name of the side
 */
export async function compareRates({ sides, rounds, expected, startChecksum, progress }) {
  const byName = new Map(sides.map((side) => [side.name, side]));
  const checksums = new Map(sides.map(({ name }) => [name, startChecksum(name)]));
  const verify = async () => {
    for (const side of sides) {
      const right = typeof expected === 'function' ? expected(side.name) : expected;
      expectSame(`${side.name}, answers`, await side.call('verify'), right);
    }
  };
  progress('filling');
  for (const side of sides) await side.call('fill');
  await verify();
  /** @param {string} name */
  const measure = async (name) => {
    /** @type {Sample | undefined} */
    const sample = await byName.get(name)?.call('measure', SLICE_MS);
    const checksum = checksums.get(name);
    if (sample === undefined || checksum === undefined) throw new Error(`no side ${name}`);
    checkSample(name, sample, checksum);
    return sample;
  };
  const rates = new Map(sides.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  for (let round = -1; round < rounds; round += 1) {
    progress(round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`);
    const slices = await interleave({ sides: [...byName.keys()], rounds: SLICES, run: measure });
    if (round < 0) continue;
    for (const [name, samples] of Object.entries(slices)) rates.get(name)?.push(rateOf(samples));
  }
  await verify();
  return rates;
}
