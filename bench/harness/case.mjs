// @ts-check

/** @typedef {import('./rows.mjs').Row} Row */

/**
 * What a case is told.
 * @typedef {object} CaseOptions
 * @property {number} rounds
 * @property {(text: string) => void} progress for people: how far it is, and what it saw besides its figures
 */

/**
 * One comparison: its rows come from the same rounds.
 * @typedef {object} BenchCase
 * @property {string} name
 * @property {string} about one line for `--help`
 * @property {(options: CaseOptions) => Promise<Row[]>} run
 *   throws {@link import('./results.mjs').WrongResult} when a side answers wrongly
 */

/** What the `area.mjs` of a folder under `bench/` exports as `cases`. @typedef {readonly BenchCase[]} Area */

export {};
