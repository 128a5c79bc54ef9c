// @ts-check
/** @import { Payload } from './payload.mjs' */
/** @import { RateSide } from '../../harness/throughput.mjs' */
import { inParallel, pause } from '../../harness/measuring.mjs';
import { percentile } from '../../harness/statistics.mjs';
import { payloadOf } from './payload.mjs';

/**
 * A queue as both sides have it.
 * @typedef {object} BenchQueue
 * @property {(payload: Payload, delayMs?: number) => Promise<unknown>} add
 * @property {(paused: boolean) => Promise<unknown>} setPaused for all workers
 * @property {(process: (payload: Payload) => Promise<unknown>) => Promise<void>} work starts a worker
 */

/** @typedef {'add' | 'process' | 'add-and-process'} Work */

const IN_FLIGHT = 64;
const VERIFIED = 50;
/** How many jobs `process` finds: some 100 ms of work. */
const FILLED = 400;
const DONE_MS = 30_000;

/**
 * @param {BenchQueue} queue
 * @param {Work} work
 * @returns {Promise<RateSide>}
 */
export async function queueSide(queue, work) {
  let added = 0;
  let checksum = 0;
  /** By the number of the job. @type {Map<number, (payload: Payload) => void>} */
  const awaited = new Map();
  const add = () => queue.add(payloadOf((added += 1)));
  /** @param {number} n @returns {Promise<Payload>} */
  const processed = (n) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`job ${n} was not processed`)), DONE_MS);
      awaited.set(n, (payload) => {
        clearTimeout(timer);
        awaited.delete(n);
        resolve(payload);
      });
    });
  /** Adds jobs and waits until each has been processed. @param {number} count */
  const run = async (count) => {
    const first = added + 1;
    const done = Array.from({ length: count }, (_, i) => processed(first + i));
    await Promise.all(Array.from({ length: count }, add));
    return Promise.all(done);
  };

  await queue.work(async (payload) => {
    awaited.get(payload.n)?.(payload);
    return { n: payload.n };
  });

  /** @type {Record<Work, (durationMs: number) => Promise<{ operations: number, ms: number }>>} */
  const measures = {
    add: async (durationMs) => {
      await queue.setPaused(true);
      const measured = await inParallel(IN_FLIGHT, durationMs, async () => {
        await add();
        checksum += 1;
      });
      const rest = Array.from({ length: measured.operations }, (_, i) => processed(added - i));
      await queue.setPaused(false);
      await Promise.all(rest);
      return measured;
    },
    process: async () => {
      await queue.setPaused(true);
      const first = added + 1;
      const done = Array.from({ length: FILLED }, (_, i) => processed(first + i));
      await Promise.all(Array.from({ length: FILLED }, add));
      const startedAt = performance.now();
      await queue.setPaused(false);
      await Promise.all(done);
      checksum += FILLED;
      return { operations: FILLED, ms: performance.now() - startedAt };
    },
    'add-and-process': (durationMs) =>
      inParallel(IN_FLIGHT, durationMs, async () => {
        await run(1);
        checksum += 1;
      }),
  };

  return {
    fill: async () => {},
    verify: async () =>
      (await run(VERIFIED)).map(({ orderId, note }) => [orderId !== '', note.length]),
    measure: async (durationMs) => {
      checksum = 0;
      const measured = await measures[work](durationMs);
      return { ...measured, checksum, loads: 0 };
    },
  };
}

/** What `verify` must answer. */
export const VERIFIED_ANSWERS = Array.from({ length: VERIFIED }, () => [
  true,
  payloadOf(0).note.length,
]);

/**
 * One worker of the stated load.
 * @param {BenchQueue} queue
 * @param {number} jobMs how long a job takes
 */
export async function waitingSide(queue, jobMs) {
  /** @type {number[]} */
  let waits = [];
  return {
    work: () =>
      queue.work(async ({ addedAt }) => {
        waits.push(Date.now() - addedAt);
        await pause(jobMs);
      }),
    /** So many a second, spread evenly, however long each add takes. @param {{ perSecond: number, seconds: number }} load */
    add: async ({ perSecond, seconds }) => {
      const startedAt = performance.now();
      const adds = [];
      for (let n = 0; n < perSecond * seconds; n += 1) {
        const due = startedAt + (n / perSecond) * 1_000;
        const early = due - performance.now();
        if (early > 1) await pause(early);
        adds.push(queue.add(payloadOf(n)));
      }
      await Promise.all(adds);
    },
    count: () => waits.length,
    /** What was seen since the last call. */
    take: () => {
      const seen = waits;
      waits = [];
      const sum = seen.reduce((total, wait) => total + wait, 0);
      return { count: seen.length, sum, p99: seen.length === 0 ? 0 : percentile(seen, 99) };
    },
  };
}
