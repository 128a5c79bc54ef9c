// @ts-check
/** @import { Setting } from './cache/experiment.mjs' */
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { within } from './time.mjs';

/**
 * What every area has of a scenario; only its own `play` reads the rest.
 * @typedef {{ name: string, promise: string, hasPeer: boolean }} Scenario
 *
 * @typedef {object} Area
 * @property {readonly Scenario[]} scenarios
 * @property {(scenario: any, setting: Setting) =>
 *   Promise<{ figures: Record<string, number>, pass: boolean, details: readonly string[] }>} play
 * @property {string} OURS
 * @property {{ product: string, version: string }} PEER
 * @property {number} [TIMEOUT_MS] of one scenario
 */

/** What can be put under faults; each brings its scenarios. @type {Record<string, () => Promise<Area>>} */
const AREAS = {
  cache: () => import('./cache/index.mjs'),
  'rate-limit': () => import('./rate-limit/index.mjs'),
  session: () => import('./session/index.mjs'),
  lock: () => import('./lock/index.mjs'),
  trading: () => import('./trading/index.mjs'),
  live: () => import('./live/index.mjs'),
  queues: () => import('./queues/index.mjs'),
};

const HELP = `Breaks things under load and says which promises held: npm run faults -- <area>… [options]

  --only <names>   some of the scenarios, separated by commas; a trailing * stands for the rest of a name
  --json           prints one JSON document: { area, scenarios: [{ name, promise, figures, pass, peer? }] },
                   or an array of them for several areas
  --list           prints the names of the scenarios
  --no-peers       leaves out the peers
  --seed <number>  repeats the choices of an earlier run
  --rounds <n>     of trading: processes to kill in each scenario (50); of live: times that it breaks (10)
  --deaf <n>       instance n hears of nothing that others do, of live not of all: its scenarios must fail then
  --help           prints this

Areas: ${Object.keys(AREAS).join(', ')}
Starts servers of its own on free ports. Exits 1 if a promise of ours was broken, 2 if asked for something
that there is not; what peers break is only reported.`;

const SCENARIO_TIMEOUT_MS = 120_000;
const CLOSE_TIMEOUT_MS = 15_000;
const MAX_SEED = 2 ** 31;

const { values, positionals } = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const areas = [...new Set(positionals)];
if (areas.length === 0 || !areas.every((area) => Object.hasOwn(AREAS, area))) {
  refuse(`name areas of ${Object.keys(AREAS).join(', ')}`);
}
if (!existsSync('dist/main.js')) refuse('dist/ is missing: npm run build');
const opened = await Promise.all(
  areas.map(async (area) => ({
    area,
    ...(await /** @type {() => Promise<Area>} */ (AREAS[area])()),
  })),
);
const chosen = choose(opened.flatMap(({ scenarios }) => scenarios));
if (values.list) {
  for (const { name, promise } of chosen) console.log(`${name.padEnd(36)}${promise}`);
  process.exit(0);
}
const seed = wholeNumber('seed') ?? randomInt(MAX_SEED);
const deaf = wholeNumber('deaf');
const rounds = wholeNumber('rounds');

/** Ends what the scenario under way has started. @type {() => Promise<void>} */
let closeCurrent = () => Promise.resolve();
let isStopped = false;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    isStopped = true;
    tell(`${signal}: ending what was started`);
    // The scenario under way fails for it, and with that the run ends.
    closeCurrent().catch((error) => tell(String(error)));
    setTimeout(() => process.exit(130), CLOSE_TIMEOUT_MS).unref();
  });
}

tell(`seed ${seed}`);
const documents = [];
for (const { area, scenarios, play, OURS, PEER, TIMEOUT_MS = SCENARIO_TIMEOUT_MS } of opened) {
  const results = [];
  for (const scenario of scenarios.filter((one) => chosen.includes(one))) {
    if (isStopped) break;
    results.push(await run(play, scenario, OURS, TIMEOUT_MS));
    if (scenario.hasPeer && !values['no-peers'] && !isStopped) {
      const result = await run(play, scenario, PEER.product, TIMEOUT_MS);
      results.push({ ...result, peer: PEER.version });
    }
  }
  documents.push({ area, scenarios: results });
}
const results = documents.flatMap(({ scenarios }) => scenarios);
// Half a run is no answer.
if (isStopped) process.exit(130);
const broken = results.filter((result) => !('peer' in result) && !result.pass);
if (values.json) console.log(JSON.stringify(documents.length === 1 ? documents[0] : documents));
else for (const result of results) print(result);
tell(broken.length === 0 ? 'every promise held' : `${broken.length} promises broken`);
process.exit(broken.length === 0 ? 0 : 1);

/** @param {Area['play']} play @param {Scenario} scenario @param {string} product @param {number} timeoutMs */
async function run(play, scenario, product, timeoutMs) {
  const { name, promise } = scenario;
  const startedMs = performance.now();
  /** @type {Setting} */
  const setting = { product, seed, deaf, rounds, onOpen: (close) => (closeCurrent = close) };
  const { figures, pass, details } = await within(name, play(scenario, setting), timeoutMs)
    // A scenario that could not be played has not shown that its promise holds.
    .catch((error) => ({ figures: {}, pass: false, details: [describe(error)] }));
  await within('the end of a scenario', closeCurrent(), CLOSE_TIMEOUT_MS).catch((error) =>
    tell(String(error)),
  );
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  if (isStopped) return { name, promise, figures: {}, pass: false };
  tell(`${pass ? 'kept  ' : 'BROKEN'} ${name} (${product}, ${seconds} s)`);
  for (const detail of details) tell(`       ${detail}`);
  return { name, promise, figures: { ...figures, seed }, pass };
}

/** @param {unknown} error @returns {string} */
function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${describe(error.cause)}`;
  return `${error.message}${cause}`;
}

/** @param {{ name: string, promise: string, figures: object, pass: boolean, peer?: string }} result */
function print({ name, promise, figures, pass, peer }) {
  console.log(`${pass ? '✓' : '✗'} ${name}${peer === undefined ? '' : ` (${peer})`}: ${promise}`);
  const list = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
  console.log(`    ${list.join(', ')}`);
}

/** @param {readonly Scenario[]} all */
function choose(all) {
  if (values.only === undefined) return all;
  const wanted = values.only.split(',');
  const matches = (/** @type {string} */ name, /** @type {string} */ pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  for (const pattern of wanted) {
    if (!all.some(({ name }) => matches(name, pattern))) {
      refuse(
        `no scenario is called ${pattern}; they are ${all.map(({ name }) => name).join(', ')}`,
      );
    }
  }
  return all.filter(({ name }) => wanted.some((pattern) => matches(name, pattern)));
}

/** @param {'seed' | 'deaf' | 'rounds'} option */
function wholeNumber(option) {
  const text = values[option];
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) refuse(`--${option} takes a whole number`);
  return Number(text);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        'no-peers': { type: 'boolean', default: false },
        seed: { type: 'string' },
        deaf: { type: 'string' },
        rounds: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse(describe(error));
  }
}

/** @param {string} reason @returns {never} */
function refuse(reason) {
  console.error(`${reason}: try --help`);
  process.exit(2);
}

/** @param {string} line */
function tell(line) {
  console.error(`faults: ${line}`);
}
