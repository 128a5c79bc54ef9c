// @ts-check
/** @import { Value } from '../key-space.mjs' */
/** @import { CacheUnderTest } from './bourse.mjs' */
import { nowMs, sleep } from '../../time.mjs';
import { ALL_KEYS, KEY_COUNT, LANES, laneOf } from '../key-space.mjs';

const TICK_MS = 10;
const READS_PER_TICK = 3;
/** Every so many ticks a batch is read instead. */
const BATCH_EVERY = 10;
const BATCH_SIZE = 5;
/** A cache that lets its readers wait must not fill the memory as well. */
const MAX_IN_FLIGHT = 3_000;
const HANGING_MS = 5_000;
const SWEEP_WIDTH = 40;
const MAX_ERRORS = 5;

/**
 * One read: which key, which version was served (-1: it failed), when it began and ended.
 * @typedef {[index: number, version: number, startMs: number, endMs: number]} ReadRecord
 *
 * @typedef {object} Loader
 * @property {(indices: readonly number[]) => Promise<Value[]>} load from the truth
 */

/**
 * Reads at a fixed rate, whether earlier reads have been answered or not: a cache that stalls is seen by all
 * who would have asked meanwhile.
 */
export class Readers {
  /** @type {ReadRecord[]} */
  #records = [];
  /** @type {string[]} */
  #errors = [];
  #shed = 0;
  #inFlight = 0;
  #ticks = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #cache;
  #load;
  #random;

  /** @param {CacheUnderTest} cache @param {Loader['load']} load @param {() => number} random */
  constructor(cache, load, random) {
    this.#cache = cache;
    this.#load = load;
    this.#random = random;
  }

  start() {
    // In the check phase: what has arrived from the network is handled before the reads begin.
    this.#timer ??= setInterval(() => setImmediate(() => this.#tick()), TICK_MS);
  }

  /** @returns {Promise<number>} reads that are still not answered after 5 s: they hang */
  async stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const deadlineMs = nowMs() + HANGING_MS;
    while (this.#inFlight > 0 && nowMs() < deadlineMs) await sleep(10);
    return this.#inFlight;
  }

  /** What has been read since this was asked last. */
  drain() {
    const drained = { records: this.#records, errors: this.#errors, shed: this.#shed };
    this.#records = [];
    this.#errors = [];
    this.#shed = 0;
    return drained;
  }

  /** Reads every key once. @returns {Promise<number[]>} the versions by index, -1 for a failure */
  async sweep() {
    /** @type {number[]} */
    const versions = [];
    for (let from = 0; from < KEY_COUNT; from += SWEEP_WIDTH) {
      const part = ALL_KEYS.slice(from, from + SWEEP_WIDTH);
      versions.push(...(await Promise.all(part.map((index) => this.read(index)))));
    }
    return versions;
  }

  /** @param {number} index @returns {Promise<number>} the version, -1 for a failure */
  async read(index) {
    const [version = -1] = await this.#record([index], async () => [
      await this.#cache.read(index, async () => {
        const [value] = await this.#load([index]);
        if (value === undefined) throw new Error(`the truth has no key ${index}`);
        return value;
      }),
    ]);
    return version;
  }

  #tick() {
    this.#ticks += 1;
    if (this.#inFlight > MAX_IN_FLIGHT) {
      this.#shed += READS_PER_TICK;
      return;
    }
    if (this.#ticks % BATCH_EVERY === 0) void this.#readMany();
    else for (let i = 0; i < READS_PER_TICK; i += 1) void this.read(this.#any(KEY_COUNT));
  }

  async #readMany() {
    const lane = this.#any(LANES);
    const keys = ALL_KEYS.filter((index) => laneOf(index) === lane);
    const indices = Array.from({ length: BATCH_SIZE }, () => keys[this.#any(keys.length)] ?? 0);
    await this.#record(indices, () =>
      this.#cache.readMany(indices, (missing) => this.#load(missing)),
    );
  }

  /** @param {number} count */
  #any(count) {
    return Math.floor(this.#random() * count);
  }

  /**
   * @param {readonly number[]} indices @param {() => Promise<readonly (Value | undefined)[]>} read
   * @returns {Promise<number[]>}
   */
  async #record(indices, read) {
    this.#inFlight += 1;
    const startMs = nowMs();
    const versions = await read().then(
      (values) => indices.map((index, i) => versionOf(index, values[i])),
      (error) => {
        if (this.#errors.length < MAX_ERRORS) this.#errors.push(String(error));
        return indices.map(() => -1);
      },
    );
    const endMs = nowMs();
    this.#inFlight -= 1;
    for (const [i, index] of indices.entries()) {
      this.#records.push([index, versions[i] ?? -1, startMs, endMs]);
    }
    return versions;
  }
}

/** Infinity, which nobody has written, for another key's value. @param {number} index @param {Value | undefined} value */
function versionOf(index, value) {
  if (value?.index !== index || typeof value.version !== 'number') return Number.MAX_SAFE_INTEGER;
  return value.version;
}
