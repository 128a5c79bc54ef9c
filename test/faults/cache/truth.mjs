// @ts-check
/** @import { Value } from './key-space.mjs' */
import { nowMs } from '../time.mjs';
import { KEY_COUNT } from './key-space.mjs';

/** More than the threshold of the cache that compresses. */
const PADDING = 'a value is not only a number '.repeat(8);

/** @typedef {{ index: number, version: number, atMs: number }} Change */

/** The database that the fleet shares: what is in it is right, and a key's version only ever grows. */
export class Truth {
  /** @type {number[]} */
  versions = Array.from({ length: KEY_COUNT }, () => 1);
  /** @type {Change[]} */
  changes = [];
  /** When something was loaded, of which key, and by which instance. @type {{ index: number, atMs: number, instance: number }[]} */
  loads = [];
  /** @type {Map<number, Promise<void>>} */
  #gates = new Map();

  /** @param {number} instance @param {readonly number[]} indices @returns {Promise<Value[]>} */
  async load(instance, indices) {
    for (const index of indices) this.loads.push({ index, atMs: nowMs(), instance });
    // Read first, answered later: what a slow source does.
    const values = indices.map((index) => this.#value(index));
    for (const index of indices) await this.#gates.get(index);
    return values;
  }

  /** @param {readonly number[]} indices @returns {Value[]} as they are now */
  change(indices) {
    const atMs = nowMs();
    for (const index of indices) {
      const version = (this.versions[index] ?? 0) + 1;
      this.versions[index] = version;
      this.changes.push({ index, version, atMs });
    }
    return indices.map((index) => this.#value(index));
  }

  /** Loads of the key that begin from now on are not answered before the returned function is called. @param {number} index */
  hold(index) {
    /** @type {() => void} */
    let release = () => undefined;
    this.#gates.set(index, new Promise((resolve) => (release = () => resolve())));
    return () => {
      this.#gates.delete(index);
      release();
    };
  }

  /** @param {number} index @returns {Value} */
  #value(index) {
    return { index, version: this.versions[index] ?? 0, padding: PADDING };
  }
}
