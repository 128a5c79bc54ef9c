// @ts-check
/** Runs the comparisons of an area, or of several one after the other; README.md beside this file says how to read what it prints. */
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCases } from './harness/run-cases.mjs';
import { tableOf } from './harness/rows.mjs';

/** @typedef {import('./harness/case.mjs').Area} Area */

const HELP = `Measures Bourse against named peers: npm run bench -- <area>… [options]

  --only <cases>  some of the cases, separated by commas
  --rounds <n>    rounds per case, 1 to 50 (default 5: with fewer a median means little, and one is only a look)
  --json          prints one JSON document: { area, rows: [{ case, ours, peer, theirs, unit, ratio, target,
                  rounds, spread, pass }] }, or an array of them for several areas; with npm's own --silent
                  nothing else
  --help          prints this

Exits 0 when all ran, whether targets are met or not; 1 when a side answered wrongly or did not run; 2 when it
was called wrongly.`;

const EXIT = { done: 0, wrong: 1, usage: 2 };
/** Each wait has its own bound; this one is for all of an area together. */
const AREA_MS = 900_000;

class UsageError extends Error {}

/** Folders that have an `area.mjs`. */
function areaNames() {
  return readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(areaUrl(entry.name)))
    .map(({ name }) => name)
    .sort();
}

/** @param {string} name */
function areaUrl(name) {
  return new URL(`./${name}/area.mjs`, import.meta.url);
}

/** @param {string} name @returns {Promise<Area>} */
async function casesOf(name) {
  const { cases } = await import(areaUrl(name).href);
  return cases;
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 50)
    throw new UsageError(`--rounds takes a number from 1 to 50, not ${values.rounds}`);
  return { ...values, rounds, positionals };
}

/** @param {string[]} positionals @returns {string[]} */
function areasOf(positionals) {
  const names = areaNames();
  if (positionals.length === 0 || !positionals.every((area) => names.includes(area)))
    throw new UsageError(`areas are wanted, of: ${names.join(', ')}`);
  return [...new Set(positionals)];
}

/** @typedef {{ area: string, cases: Area }} Chosen */

/** @param {Chosen[]} all @param {string | undefined} only @returns {Chosen[]} */
function selected(all, only) {
  if (only === undefined) return all;
  const names = only.split(',');
  const known = all.flatMap(({ cases }) => cases.map(({ name }) => name));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`no case ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  return all.map(({ area, cases }) => ({
    area,
    cases: cases.filter(({ name }) => names.includes(name)),
  }));
}

async function printHelp() {
  const lines = [HELP];
  for (const area of areaNames()) {
    lines.push('', `Area ${area}:`);
    for (const { name, about } of await casesOf(area)) lines.push(`  ${name}: ${about}`);
  }
  console.log(lines.join('\n'));
}

/** @returns {Promise<number>} the exit code */
async function main() {
  try {
    const { help, json, only, rounds, positionals } = readOptions();
    if (help) {
      await printHelp();
      return EXIT.done;
    }
    const areas = areasOf(positionals);
    const all = await Promise.all(
      areas.map(async (area) => ({ area, cases: await casesOf(area) })),
    );
    const chosen = selected(all, only);
    setTimeout(giveUp, AREA_MS * areas.length, areas.length).unref();
    const results = [];
    let hasFailed = false;
    for (const { area, cases } of chosen) {
      const { rows, failed } = await runCases(cases, rounds, (line) => console.error(line));
      results.push({ area, rows });
      hasFailed ||= failed.length > 0;
    }
    if (json) console.log(JSON.stringify(results.length === 1 ? results[0] : results));
    else for (const { rows } of results) console.log(tableOf(rows));
    return hasFailed ? EXIT.wrong : EXIT.done;
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof TypeError;
    console.error(isUsage ? `${error.message}\n\n${HELP}` : error);
    return isUsage ? EXIT.usage : EXIT.wrong;
  }
}

/** @param {number} areas */
function giveUp(areas) {
  console.error(`not done after ${(areas * AREA_MS) / 1_000} s`);
  process.exit(EXIT.wrong);
}

process.exitCode = await main();
