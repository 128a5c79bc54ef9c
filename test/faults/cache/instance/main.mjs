// @ts-check
/** @import { CacheUnderTest, Target } from './bourse.mjs' */
/**
 * One process of the fleet. Its parent holds the truth, and tells it what to do over the IPC channel.
 * Arguments: one JSON object of {@link Options}.
 */
import { Channel } from '../../channel.mjs';
import { seededRandom } from '../../random.mjs';
import { nowMs } from '../../time.mjs';
import { deafened } from './deafened.mjs';
import { Readers } from './readers.mjs';
import { Writer } from './writer.mjs';

/**
 * @typedef {object} Options
 * @property {'bourse' | 'bentocache'} product
 * @property {Target} target
 * @property {number} seed
 * @property {boolean} deaf it serves what it has read for ever: the checker must notice
 */

const TRUTH_TIMEOUT_MS = 20_000;

/** @type {Options} */
const { product, target, seed, deaf } = JSON.parse(process.argv[2] ?? '{}');

/** @returns {Promise<CacheUnderTest>} */
async function open() {
  const cache =
    product === 'bourse'
      ? await (await import('./bourse.mjs')).openBourse(target)
      : await (await import('./bentocache.mjs')).openBentocache(target);
  return deaf ? deafened(cache) : cache;
}

/** @type {CacheUnderTest | undefined} */
let cache;
/** @type {Readers | undefined} */
let readers;
/** @type {Writer | undefined} */
let writer;

const channel = new Channel(
  {
    send: (message, done) => process.send?.(message, done),
    on: (_, listen) => process.on('message', listen),
  },
  {
    open: async () => {
      cache = await open();
      const random = seededRandom(seed);
      readers = new Readers(cache, (indices) => ask('load', indices), random);
      writer = new Writer(cache, (indices) => ask('change', indices), random);
    },
    startReading: () => readers?.start(),
    stopReading: () => readers?.stop(),
    startWriting: () => writer?.start(),
    stopWriting: () => writer?.stop(),
    sweep: () => readers?.sweep(),
    drain: () => ({ read: readers?.drain(), written: writer?.drain() }),
    link: () => cache?.link() ?? null,
    /** What a process that starts now finds: nothing in its memory, and all that the store holds. */
    sweepAsNewcomer: async () => {
      const fresh = await open();
      try {
        const newcomer = new Readers(fresh, (indices) => ask('load', indices), Math.random);
        const versions = await newcomer.sweep();
        return { versions, ...newcomer.drain() };
      } finally {
        await fresh.close();
      }
    },
    /** Many callers of one key at once. @param {number} index @param {number} callers */
    readTogether: async (/** @type {number} */ index, /** @type {number} */ callers) => {
      const startMs = nowMs();
      const versions = await Promise.all(
        Array.from({ length: callers }, async () => readers?.read(index)),
      );
      return { versions, tookMs: nowMs() - startMs };
    },
    delete: (/** @type {number} */ index) => cache?.delete(index),
    close: async () => {
      await Promise.all([readers?.stop(), writer?.stop()]);
      await cache?.close();
    },
  },
);

/** @param {'load' | 'change'} method @param {readonly number[]} indices */
function ask(method, indices) {
  return channel.call(method, [indices], TRUTH_TIMEOUT_MS);
}

process.on('disconnect', () => process.exit());
