// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

/** Milliseconds on a clock that all processes of this machine share, and that only goes forward. */
export function nowMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Asks until the answer is true; what `isSo` throws counts as no.
 * @param {string} what @param {() => Promise<boolean> | boolean} isSo bounds its own time
 * @param {number} timeoutMs
 * @returns {Promise<number>} ms it took
 */
export async function until(what, isSo, timeoutMs) {
  const startedMs = nowMs();
  /** @type {unknown} */
  let cause;
  do {
    try {
      if (await isSo()) return nowMs() - startedMs;
    } catch (error) {
      cause = error;
    }
    await sleep(25);
  } while (nowMs() - startedMs < timeoutMs);
  throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause });
}

/**
 * @template T
 * @param {string} what @param {Promise<T>} work @param {number} timeoutMs
 * @returns {Promise<T>}
 */
export async function within(what, work, timeoutMs) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took over ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return /** @type {T} */ (await Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
  }
}
