// @ts-check
/** @import { Value } from '../key-space.mjs' */
/** @import { CacheUnderTest } from './bourse.mjs' */
import { nowMs, sleep } from '../../time.mjs';
import {
  LANES,
  NAMESPACE_LANE,
  busyKeysOf,
  keysOfNamespace,
  keysWithTag,
  quietKeysOf,
  tagOf,
} from '../key-space.mjs';

/** Between two changes of a lane. */
const PACE_MS = 60;
const MAX_ERRORS = 5;

/**
 * The keys of one invalidation, their versions in the truth before which nothing may be served once it has
 * resolved, and when that was.
 * @typedef {{ indices: number[], versions: number[], atMs: number }} Resolved
 *
 * @typedef {object} Truth
 * @property {(indices: readonly number[]) => Promise<Value[]>} change
 */

/** Changes the truth, then tells the cache: one change after the other in each lane, so that versions only grow. */
export class Writer {
  /** @type {Resolved[]} */
  #resolved = [];
  /** @type {string[]} */
  #errors = [];
  #failures = 0;
  #isWriting = false;
  /** @type {Promise<unknown>} */
  #lanes = Promise.resolve();
  #cache;
  #change;
  #random;

  /** @param {CacheUnderTest} cache @param {Truth['change']} change @param {() => number} random */
  constructor(cache, change, random) {
    this.#cache = cache;
    this.#change = change;
    this.#random = random;
  }

  start() {
    if (this.#isWriting) return;
    this.#isWriting = true;
    const lanes = Array.from({ length: LANES }, (_, lane) => this.#run(lane));
    this.#lanes = Promise.all(lanes);
  }

  /** Resolves when what was under way has. */
  async stop() {
    this.#isWriting = false;
    await this.#lanes;
  }

  /** What has happened since this was asked last. */
  drain() {
    const drained = { resolved: this.#resolved, errors: this.#errors, failures: this.#failures };
    this.#resolved = [];
    this.#errors = [];
    this.#failures = 0;
    return drained;
  }

  /** @param {number} lane */
  async #run(lane) {
    const quiet = shuffled(quietKeysOf(lane), this.#random);
    let turn = 0;
    while (this.#isWriting) {
      const { indices, invalidate } = this.#next(lane, () => quiet[turn++ % quiet.length] ?? 0);
      await this.#apply(indices, invalidate);
      await sleep(PACE_MS * (0.5 + this.#random()));
    }
  }

  /**
   * @param {number} lane @param {() => number} nextQuiet
   * @returns {{ indices: readonly number[], invalidate: (values: readonly Value[]) => Promise<unknown> }}
   */
  #next(lane, nextQuiet) {
    const busy = busyKeysOf(lane);
    const index = busy[Math.floor(this.#random() * busy.length)] ?? 0;
    const die = this.#random();
    if (die < 0.2) {
      const tag = tagOf(index);
      return { indices: keysWithTag(tag), invalidate: () => this.#cache.invalidateTag(tag) };
    }
    if (die < 0.22 && lane === NAMESPACE_LANE && this.#cache.hasNamespaces) {
      const indices = keysOfNamespace(lane);
      return { indices, invalidate: () => this.#cache.invalidateNamespace(lane) };
    }
    // Half of the other changes hit a key that was not changed for seconds, and will not be for seconds.
    const one = die < 0.6 ? nextQuiet() : index;
    const way = this.#random();
    if (way < 0.5) return { indices: [one], invalidate: () => this.#cache.delete(one) };
    if (way < 0.8) return { indices: [one], invalidate: ([value]) => this.#set(value) };
    return {
      indices: keysWithTag(tagOf(one)),
      invalidate: () => this.#cache.invalidateTag(tagOf(one)),
    };
  }

  /** @param {Value | undefined} value */
  async #set(value) {
    if (value !== undefined) await this.#cache.set(value);
  }

  /** @param {readonly number[]} indices @param {(values: readonly Value[]) => Promise<unknown>} invalidate */
  async #apply(indices, invalidate) {
    try {
      const values = await this.#change(indices);
      await invalidate(values);
      const versions = values.map(({ version }) => version);
      this.#resolved.push({ indices: [...indices], versions, atMs: nowMs() });
    } catch (error) {
      this.#failures += 1;
      if (this.#errors.length < MAX_ERRORS) this.#errors.push(String(error));
    }
  }
}

/**
 * @template T
 * @param {readonly T[]} items @param {() => number} random
 */
function shuffled(items, random) {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
