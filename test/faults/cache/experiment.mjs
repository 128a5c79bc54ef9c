// @ts-check
/** @import { StaleRead } from './checker.mjs' */
/** @import { Topology } from '../servers/topology.mjs' */
/** @import { Figures, Scenario } from './scenario.mjs' */
import { nowMs, sleep } from '../time.mjs';
import { check } from './checker.mjs';
import { Fleet } from './fleet.mjs';
import { ALL_KEYS } from './key-space.mjs';
import { Truth } from './truth.mjs';

const WARM_UP_MS = 600;
const AFTER_MS = 600;
/** By then the last message of a writer that has stopped is where it should be. */
const DELIVERED_MS = 250;
/** Until then every instance is in step again, or the promise is broken. */
export const HEAL_MS = 10_000;
export const INSTANCES = 3;
/** Neither writes nor is cut off: in whose process one more opens its cache at the end. */
const BYSTANDER = 2;

/**
 * @typedef {object} Setting
 * @property {string} product
 * @property {number} seed
 * @property {number | undefined} deaf instance that must be caught serving what it may not
 * @property {number | undefined} [rounds] where a scenario has some: how many
 * @property {(close: () => Promise<void>) => void} onOpen told how to end what has been started
 *
 * @typedef {object} Outcome
 * @property {Figures} figures
 * @property {string[]} details what went wrong, for people
 */

/**
 * What a scenario works with while it runs.
 * @template {Topology} T
 * @typedef {object} Stage
 * @property {T} redis
 * @property {Fleet} fleet
 * @property {Truth} truth
 */

/**
 * Opens the servers and the fleet, and ends them, however the work ends.
 * @template {Topology} T
 * @param {Scenario<T>} scenario @param {Setting} setting
 * @param {(stage: Stage<T>) => Promise<Outcome>} work
 * @returns {Promise<Outcome>}
 */
export async function onStage(scenario, setting, work) {
  /** @type {(() => Promise<void>)[]} */
  const closers = [];
  let isClosing = false;
  let closing = Promise.resolve();
  // Asked by the end of the work and by a signal alike: both wait for all of it, and for what came up meanwhile.
  const close = () => {
    isClosing = true;
    closing = closing.then(async () => {
      for (let next = closers.pop(); next; next = closers.pop()) await next();
    });
    return closing;
  };
  setting.onOpen(close);
  try {
    const redis = await scenario.open();
    closers.push(() => redis.stop());
    if (isClosing) throw new Error('stopped while the servers started');
    const truth = new Truth();
    const { product, seed, deaf } = setting;
    const fleet = new Fleet(truth, redis.targets(), {
      product,
      seed,
      deaf,
      writer: scenario.writer,
    });
    closers.push(() => fleet.close());
    await fleet.open();
    return await work({ redis, fleet, truth });
  } finally {
    await close();
  }
}

/**
 * Readers and a writer under load, the fault, its end, and what was served before, during and after.
 * @template {Topology} T
 * @param {Scenario<T>} scenario @param {Stage<T>} stage
 * @returns {Promise<Outcome>}
 */
export async function underLoad(scenario, stage) {
  const { fleet, truth } = stage;
  const healthyFromMs = nowMs();
  await fleet.all('sweep');
  await fleet.all('startReading');
  await fleet.writer.call('startWriting');
  await sleep(WARM_UP_MS);

  const faultFromMs = nowMs();
  const extra = (await scenario.strike(stage)) ?? {};
  const endedMs = nowMs();
  const coherentInMs = await fleet.untilCoherent(HEAL_MS);
  const healedMs = nowMs();

  // Before the writer goes on: its next changes would hide what was lost of those during the fault.
  await fleet.writer.call('stopWriting');
  await sleep(DELIVERED_MS);
  const afterFault = await sweepStale(stage);
  await fleet.writer.call('startWriting');
  await sleep(AFTER_MS);
  await fleet.writer.call('stopWriting');
  const hanging = await fleet.all('stopReading');
  await sleep(DELIVERED_MS);
  const atTheEnd = await sweepStale(stage);
  const newcomer = await sweepNewcomer(stage);

  await fleet.gather();
  const { figures, stale } = check({
    reads: fleet.reads,
    resolved: fleet.resolved,
    changes: truth.changes,
    versions: truth.versions,
    writer: scenario.writer,
    faultFromMs,
    healedMs,
  });
  const healthyLoads = truth.loads.filter(
    ({ atMs }) => atMs >= healthyFromMs && atMs < faultFromMs,
  );
  const healthyReads = fleet.reads.filter(({ startMs }) => startMs < faultFromMs);
  const crashed = fleet.instances.filter(({ hasCrashed }) => hasCrashed);
  return {
    figures: {
      ...figures,
      sweepStale: afterFault + atTheEnd,
      newcomerStale: newcomer,
      failedWrites: fleet.failedWrites,
      hanging: hanging.reduce((sum, count) => sum + Number(count), 0),
      shed: fleet.shed,
      crashed: crashed.length,
      loadShare: Math.round((100 * healthyLoads.length) / healthyReads.length) / 100,
      faultMs: Math.round(endedMs - faultFromMs),
      coherentAfterMs: Math.round(coherentInMs),
      ...extra,
    },
    details: [
      ...worst(stale).map(({ read, ageMs, isDuringFault }) => {
        const when = isDuringFault ? 'during the fault' : 'outside the fault';
        const who = `${read.instance === scenario.writer ? 'the writer' : 'reader'} ${read.instance}`;
        const sinceMs = Math.round(read.startMs - endedMs);
        return (
          `${who} served key ${read.index} version ${read.version}, forbidden for ${Math.round(ageMs)} ms, ` +
          `${when}, ${sinceMs} ms after its end`
        );
      }),
      ...[...new Set(fleet.errors)].slice(0, 5),
      ...crashed.map(({ id, output }) => `instance ${id} ended: ${output}`),
    ],
  };
}

/** Those that are not excused by the fault first. @param {readonly StaleRead[]} stale */
function worst(stale) {
  return stale
    .toSorted((a, b) => Number(a.isDuringFault) - Number(b.isDuringFault) || b.ageMs - a.ageMs)
    .slice(0, 6);
}

/** Nobody writes: every key must be as in the truth, everywhere. @param {Stage<Topology>} stage */
async function sweepStale({ fleet, truth }) {
  const sweeps = await fleet.all('sweep');
  return sweeps.reduce((sum, versions) => sum + differing(truth, versions), 0);
}

/** @param {Stage<Topology>} stage */
async function sweepNewcomer({ fleet, truth }) {
  const { versions } = await fleet.instance(BYSTANDER).call('sweepAsNewcomer');
  return differing(truth, versions);
}

/** @param {Truth} truth @param {readonly number[]} versions */
function differing(truth, versions) {
  return ALL_KEYS.filter((index) => versions[index] !== truth.versions[index]).length;
}
