// @ts-check
/** @import { Single } from '../servers/single.mjs' */
/** @import { Outcome, Stage } from './experiment.mjs' */
/** @import { Scenario } from './scenario.mjs' */
import { nowMs, sleep, until } from '../time.mjs';
import { percentile } from './checker.mjs';
import { oneServer } from './server-faults.mjs';
import { CUT_OFF, UNAFFECTED } from './scenario.mjs';

const KEYS = [3, 63, 123, 183];
const CALLERS = 20;
const TAKEOVER_MS = 3_000;
const STARTED_MS = 5_000;
/** In which the others come to wait for the loading process. */
const GATHERING_MS = 300;
const FROZEN_MS = 3_000;

/** @type {readonly Scenario<Single>[]} */
export const loaderFaults = [
  {
    name: 'loader-killed',
    promise: `the loading process dies: one other takes over, all have their answer within ${TAKEOVER_MS} ms, 0 failed`,
    open: oneServer,
    writer: UNAFFECTED,
    hasPeer: false,
    strike: async () => undefined,
    limits: {
      most: { failed: 0, loadsBefore: KEYS.length, takeovers: KEYS.length, maxMs: TAKEOVER_MS },
      least: { loadsBefore: KEYS.length, takeovers: KEYS.length },
    },
    measure: (_, stage) => loaderKilled(stage),
  },
  {
    name: 'loader-frozen',
    promise:
      'the loading process stands still while the key is invalidated: what it read is served to nobody after',
    open: oneServer,
    writer: UNAFFECTED,
    hasPeer: false,
    strike: async () => undefined,
    limits: { most: { failed: 0, stale: 0, crashed: 0, maxMs: TAKEOVER_MS }, least: { reads: 1 } },
    measure: (_, stage) => loaderFrozen(stage),
  },
];

/** @param {Stage<Single>} stage @returns {Promise<Outcome>} */
async function loaderKilled({ fleet, truth }) {
  const loader = fleet.instance(CUT_OFF);
  const others = fleet.instances.filter(({ id }) => id !== CUT_OFF);
  const releases = KEYS.map((index) => truth.hold(index));
  for (const index of KEYS) {
    // Its answer never comes: the process is dead by then.
    loader.call('readTogether', index, CALLERS).catch(() => undefined);
  }
  await until('the loads to begin', () => truth.loads.length >= KEYS.length, STARTED_MS);
  const waiting = KEYS.flatMap((index) =>
    others.map((instance) => instance.call('readTogether', index, CALLERS)),
  );
  await sleep(GATHERING_MS);
  const loadsBefore = truth.loads.length;
  const killedMs = nowMs();
  await loader.kill();
  for (const release of releases) release();
  const answers = await Promise.all(waiting);
  const versions = answers.flatMap((answer) => answer.versions);
  return {
    figures: {
      reads: versions.length,
      failed: versions.filter((version) => version < 0).length,
      loadsBefore,
      takeovers: truth.loads.length - loadsBefore,
      maxMs: percentile([nowMs() - killedMs], 1),
    },
    details: [],
  };
}

/** @param {Stage<Single>} stage @returns {Promise<Outcome>} */
async function loaderFrozen({ fleet, truth }) {
  const loader = fleet.instance(CUT_OFF);
  const releases = KEYS.map((index) => truth.hold(index));
  const early = KEYS.map((index) => loader.call('readTogether', index, CALLERS));
  await until('the loads to begin', () => truth.loads.length >= KEYS.length, STARTED_MS);
  loader.freeze();
  // Their answers wait for the process in its channel.
  for (const release of releases) release();
  const changed = truth.change(KEYS);
  await Promise.all(KEYS.map((index) => fleet.writer.call('delete', index)));
  const others = fleet.instances.filter(({ id }) => id !== CUT_OFF);
  const meanwhile = await readAll(others);
  await sleep(FROZEN_MS);
  loader.thaw();
  const earlyAnswers = await Promise.all(early);
  const right = Math.min(...changed.map(({ version }) => version));
  // Once with what the loader has just got, and once when all messages must have come.
  const late = [...(await readAll(fleet.instances)), ...(await afterAWhile(fleet.instances))];
  const { versions: newcomer } = await fleet.writer.call('sweepAsNewcomer');
  const after = [...meanwhile, ...late].flatMap(({ versions }) => versions);
  const stored = KEYS.map((index) => newcomer[index]);
  const served = [...after, ...stored];
  return {
    figures: {
      reads: served.length,
      failed: [...served, ...earlyAnswers.flatMap(({ versions }) => versions)].filter(
        (version) => version < 0,
      ).length,
      stale: served.filter((version) => version >= 0 && version < right).length,
      storedStale: stored.filter((version) => version < right).length,
      crashed: fleet.instances.filter(({ hasCrashed }) => hasCrashed).length,
      maxMs: percentile(
        [...meanwhile, ...late].map(({ tookMs }) => tookMs),
        1,
      ),
    },
    details: [],
  };
}

/** @param {Stage<Single>['fleet']['instances']} instances */
function readAll(instances) {
  return Promise.all(
    instances.flatMap((instance) =>
      KEYS.map((index) => instance.call('readTogether', index, CALLERS)),
    ),
  );
}

/** @param {Stage<Single>['fleet']['instances']} instances */
async function afterAWhile(instances) {
  await sleep(GATHERING_MS);
  return readAll(instances);
}
