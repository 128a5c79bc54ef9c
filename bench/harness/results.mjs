// @ts-check
import { isDeepStrictEqual } from 'node:util';

/** A cache may give up on a command now and then, on a machine that is busy; more, and it is not its hits that count. */
const MAX_LOADED_SHARE = 0.001;

/** A side answered something else than it should: its speed means nothing, and the run exits 1. */
export class WrongResult extends Error {
  /** @override */
  name = 'WrongResult';
}

/**
 * @param {string} what
 * @param {unknown} actual
 * @param {unknown} expected
 * @throws {WrongResult} unless both are the same, all the way down
 */
export function expectSame(what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new WrongResult(`${what}: got ${shown(actual)}, expected ${shown(expected)}`);
}

/**
 * @param {string} what
 * @param {boolean} holds
 * @param {unknown} [seen]
 * @returns {asserts holds}
 * @throws {WrongResult}
 */
export function expectThat(what, holds, seen) {
  if (!holds) throw new WrongResult(seen === undefined ? what : `${what}: ${shown(seen)}`);
}

/**
 * What a side did in the time it was given.
 * @typedef {object} Sample
 * @property {number} operations
 * @property {number} ms
 * @property {number} checksum over all answers
 * @property {number} loads values that came from the source, where all should have come from the cache
 */

/**
 * @param {string} side
 * @param {Sample} sample
 * @param {(operations: number) => number} checksumOf what so many right answers add up to
 * @throws {WrongResult}
 */
export function checkSample(side, { operations, ms, checksum, loads }, checksumOf) {
  expectThat(`${side} did nothing`, operations > 0 && ms > 0);
  expectSame(`${side}, checksum of ${operations} answers`, checksum, checksumOf(operations));
  expectThat(`${side} answered from the source`, loads <= operations * MAX_LOADED_SHARE, loads);
}

/** @param {readonly Sample[]} samples @returns {number} operations per second in all of them together */
export function rateOf(samples) {
  const operations = samples.reduce((sum, sample) => sum + sample.operations, 0);
  const ms = samples.reduce((sum, sample) => sum + sample.ms, 0);
  return (operations / ms) * 1_000;
}

/** @param {unknown} value */
function shown(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
