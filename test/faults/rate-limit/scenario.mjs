// @ts-check
/** @import { Admission } from './checker.mjs' */
/** @import { Single } from '../servers/single.mjs' */
/** @import { Figures, Limits } from '../cache/scenario.mjs' */
/** @import { Setting } from '../cache/experiment.mjs' */
import { brokenLimits } from '../cache/scenario.mjs';
import { FORGETFUL } from '../servers/redis-server.mjs';
import { Single as OneServer } from '../servers/single.mjs';
import { nowMs, sleep } from '../time.mjs';
import { mostInAnyWindow } from './checker.mjs';
import { Fleet } from './fleet.mjs';
import { INSTANCES, POLICY } from './workload.mjs';

/**
 * What a scenario works with while it runs.
 * @typedef {{ redis: Single, fleet: Fleet }} Stage
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} promise
 * @property {boolean} hasPeer whether the peer runs in it as well
 * @property {Limits} limits
 * @property {(stage: Stage) => Promise<Figures>} measure
 */

/** Until then all instances count together again, or the promise is broken. */
const HEAL_MS = 10_000;
const { limit, windowMs } = POLICY;
/** Full windows before the fault and after it. */
const BEFORE_MS = 2 * windowMs;
const AFTER_MS = 2 * windowMs;

/**
 * @param {Scenario} scenario @param {Setting} setting
 * @returns {Promise<{ figures: Figures, pass: boolean, details: string[] }>}
 */
export async function play(scenario, setting) {
  /** @type {(() => Promise<void>)[]} */
  const closers = [];
  let closing = Promise.resolve();
  const close = () => {
    closing = closing.then(async () => {
      for (let next = closers.pop(); next; next = closers.pop()) await next();
    });
    return closing;
  };
  setting.onOpen(close);
  try {
    const redis = await OneServer.start(INSTANCES, FORGETFUL);
    closers.push(() => redis.stop());
    const { product, seed, deaf } = setting;
    const fleet = new Fleet(
      redis.targets().map((target, id) => ({
        product,
        target,
        policy: POLICY,
        instances: INSTANCES,
        seed: seed + id,
        deaf: deaf === id,
      })),
    );
    closers.push(() => fleet.close());
    await fleet.open();
    const figures = await scenario.measure({ redis, fleet });
    const broken = brokenLimits(scenario.limits, figures);
    return { figures, pass: broken.length === 0, details: broken };
  } finally {
    await close();
  }
}

/**
 * Callers on all instances, the fault, its end, and what was let through before, during and after.
 * @param {Stage} stage
 * @param {(stage: Stage) => Promise<void>} strike begins the fault, and resolves when it is over
 * @param {readonly number[]} callersBefore instances that are called before the fault as well
 * @returns {Promise<Figures>}
 */
export async function underLoad(stage, strike, callersBefore) {
  const { fleet } = stage;
  await Promise.all(callersBefore.map(async (id) => fleet.instances[id]?.call('start')));
  await sleep(BEFORE_MS);
  const struckMs = nowMs();
  await fleet.all('start');
  await strike(stage);
  const endedMs = nowMs();
  const sharedAfterMs = await fleet.untilShared(HEAL_MS);
  const healedMs = nowMs();
  await sleep(AFTER_MS);
  await fleet.all('stop');
  const drained = await fleet.all('drain');

  /** @type {Admission[]} */
  const admissions = drained.flatMap(({ admissions: ones }) => ones);
  const tookMs = drained.flatMap(({ tookMs: ones }) => ones).toSorted((a, b) => a - b);
  const over = (/** @type {readonly Admission[]} */ ones) =>
    Math.max(0, mostInAnyWindow(ones, windowMs) - limit);
  const between = (/** @type {number} */ fromMs, /** @type {number} */ toMs) =>
    admissions.filter(({ sentMs, answeredMs }) => sentMs >= fromMs && answeredMs < toMs);
  const during = between(struckMs, endedMs);
  return {
    limit,
    calls: tookMs.length,
    failed: drained.reduce((sum, { errors }) => sum + errors.length, 0),
    admittedBefore: unitsOf(between(0, struckMs)),
    admittedDuring: unitsOf(during),
    admittedAfter: unitsOf(between(healedMs, Infinity)),
    overBefore: over(between(0, struckMs)),
    overAdmission: over(admissions),
    overAfter: over(between(healedMs, Infinity)),
    p99Ms: rounded(tookMs[Math.floor(tookMs.length * 0.99)] ?? NaN),
    maxMs: rounded(tookMs.at(-1) ?? NaN),
    faultMs: Math.round(endedMs - struckMs),
    sharedAfterMs: Math.round(sharedAfterMs),
  };
}

/** @param {readonly Admission[]} admissions */
function unitsOf(admissions) {
  return admissions.reduce((sum, { cost }) => sum + cost, 0);
}

/** @param {number} ms */
function rounded(ms) {
  return Math.round(ms * 100) / 100;
}
