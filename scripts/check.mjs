import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

const HELP = `Checks the repository without any server: npm run check [-- options]

  --only <steps>  some of the steps, separated by commas
  --json          prints one JSON object: { ok, ms, steps: [{ name, ok, ms, output }] }
  --help          prints this

Steps: `;

/** Lint takes 230 s on two cores that are busy otherwise: only what hangs is stopped. */
const STEP_TIMEOUT_MS = 480_000;

/** The longest first: two run at a time. @type {Record<string, readonly string[]>} */
const STEPS = {
  lint: ['eslint', '.'],
  types: ['tsc', '-p', '.', '--incremental', '--tsBuildInfoFile', '.cache/tsc.tsbuildinfo'],
  unit: ['jest', '--selectProjects', 'unit', '--silent', '--reporters', 'default'],
  boundaries: [
    'depcruise',
    '--output-type',
    'err-long',
    '--config',
    '.dependency-cruiser.mjs',
    'src',
    'clients',
  ],
  format: ['prettier', '--check', '.', '--log-level', 'warn'],
};

/** @typedef {{ name: string, ok: boolean, ms: number, output: string }} Result */

/**
 * @param {string} name
 * @returns {Promise<Result>}
 */
async function run(name) {
  const [command = '', ...args] = STEPS[name] ?? [];
  const started = performance.now();
  const child = spawn(`node_modules/.bin/${command}`, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STEP_TIMEOUT_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
  }
  const ok = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(false);
    });
    child.once('close', (code, signal) => {
      if (signal) output += `ended by ${signal} (a step may take ${STEP_TIMEOUT_MS / 1_000} s)\n`;
      resolve(code === 0);
    });
  });
  return { name, ok, ms: Math.round(performance.now() - started), output: output.trim() };
}

/** @param {Result} result */
function print({ name, ok, ms, output }) {
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(12)}${(ms / 1_000).toFixed(1).padStart(6)} s`);
  if (!ok) console.log(`\n${output}\n`);
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`${HELP}${Object.keys(STEPS).join(', ')}`);
  process.exit(0);
}
const queue = values.only?.split(',') ?? Object.keys(STEPS);
const unknown = queue.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`unknown step ${unknown.join(', ')}: try --help`);
  process.exit(2);
}

const started = performance.now();
/** @type {Result[]} */
const results = [];
const lane = async () => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const result = await run(name);
    results.push(result);
    if (!values.json) print(result);
  }
};
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 2) }, lane));

const ok = results.every((result) => result.ok);
const ms = Math.round(performance.now() - started);
if (values.json) console.log(JSON.stringify({ ok, ms, steps: results }));
else console.log(`${ok ? 'all well' : 'failed'} after ${(ms / 1_000).toFixed(1)} s`);
process.exitCode = ok ? 0 : 1;
