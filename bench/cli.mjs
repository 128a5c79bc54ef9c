// @ts-check
/** Runs the comparisons of one area; README.md beside this file says how to read what it prints. */
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCases } from './harness/run-cases.mjs';
import { tableOf } from './harness/rows.mjs';

/** @typedef {import('./harness/case.mjs').Area} Area */

const HELP = `Measures Bourse against named peers: npm run bench -- <area> [options]

  --only <cases>  some of the cases, separated by commas
  --rounds <n>    rounds per case, 1 to 50 (default 5: with fewer a median means little)
  --json          prints one JSON document: { area, rows: [{ case, ours, peer, theirs, unit, ratio, target,
                  rounds, spread, pass }] }; with npm's own --silent nothing else
  --help          prints this

Exits 0 when all ran, whether targets are met or not; 1 when a side answered wrongly or did not run; 2 when it
was called wrongly.`;

const EXIT = { done: 0, wrong: 1, usage: 2 };
/** Each wait has its own bound; this one is for all of them together. */
const WHOLE_RUN_MS = 900_000;

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

/** @param {string[]} positionals @returns {string} */
function areaOf(positionals) {
  const [area, ...others] = positionals;
  const names = areaNames();
  if (area === undefined || others.length > 0 || !names.includes(area))
    throw new UsageError(`one area is wanted, of: ${names.join(', ')}`);
  return area;
}

/** @param {Area} cases @param {string | undefined} only @returns {Area} */
function selected(cases, only) {
  if (only === undefined) return cases;
  const names = only.split(',');
  const unknown = names.filter((name) => !cases.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new UsageError(
      `no case ${unknown.join(', ')}; there are: ${cases.map(({ name }) => name).join(', ')}`,
    );
  return cases.filter(({ name }) => names.includes(name));
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
    const area = areaOf(positionals);
    const cases = selected(await casesOf(area), only);
    const { rows, failed } = await runCases(cases, rounds, (line) => console.error(line));
    console.log(json ? JSON.stringify({ area, rows }) : tableOf(rows));
    return failed.length === 0 ? EXIT.done : EXIT.wrong;
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof TypeError;
    console.error(isUsage ? `${error.message}\n\n${HELP}` : error);
    return isUsage ? EXIT.usage : EXIT.wrong;
  }
}

setTimeout(() => {
  console.error(`not done after ${WHOLE_RUN_MS / 1_000} s`);
  process.exit(EXIT.wrong);
}, WHOLE_RUN_MS).unref();

process.exitCode = await main();
