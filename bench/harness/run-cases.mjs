// @ts-check
import { WrongResult } from './results.mjs';

/**
 * One case after the other; one that fails does not take the figures of the others with it.
 * @param {import('./case.mjs').Area} cases
 * @param {number} rounds
 * @param {(line: string) => void} tell
 * @returns {Promise<{ rows: import('./rows.mjs').Row[], failed: string[] }>} `failed`: names of the cases in which
 *   a side answered wrongly, or that could not run
 */
export async function runCases(cases, rounds, tell) {
  /** @type {import('./rows.mjs').Row[]} */
  const rows = [];
  const failed = [];
  for (const { name, run } of cases) {
    const startedAt = performance.now();
    const progress = (/** @type {string} */ text) => tell(`${name}: ${text}`);
    try {
      rows.push(...(await run({ rounds, progress })));
      progress(`done in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    } catch (error) {
      failed.push(name);
      if (error instanceof WrongResult) progress(`WRONG: ${error.message}`);
      else progress(`FAILED: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return { rows, failed };
}
