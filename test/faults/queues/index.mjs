// @ts-check
/** @import { Outcome, Setting } from '../cache/experiment.mjs' */
import { brokenLimits } from '../cache/scenario.mjs';
import { sleep, until } from '../time.mjs';
import { EmbeddedStage } from './embedded-stage.mjs';
import { NewsStage } from './news-stage.mjs';
import { Stage } from './stage.mjs';

export const OURS = 'bourse';
/** Bare BullMQ has no outbox: what is asked for while its Redis is away is refused, and nothing of it could be counted. */
export const PEER = { product: 'none', version: 'none' };
export const TIMEOUT_MS = 180_000;

const CALM_MS = 1_000;
const FROZEN_MS = 10_000;
/** After the queue Redis answers again. */
const RESUMED_MS = 3_000;
const TAKEN_OVER_MS = 15_000;
const SHORT_JOB_MS = 10;
/** Some of them are always under way. */
const LONG_JOB_MS = 400;

/** Each is one mail and one webhook. */
const EVENTS = 60;
/** As the queue of notifications declares: what a process has in its hands at most. */
const NEWS_AT_ONCE = 4;
const SENT_MS = 30_000;

/** @typedef {Record<string, number>} Figures */

/**
 * @typedef {object} QueueScenario
 * @property {string} name
 * @property {string} promise
 * @property {(onOpen: Setting['onOpen']) => Promise<Figures>} run
 * @property {Figures} most
 * @property {Figures} least
 *
 * @typedef {object} Strike
 * @property {string} name
 * @property {string} promise
 * @property {number} jobMs
 * @property {(stage: Stage) => Promise<Figures>} strike ends when the work goes on
 * @property {Figures} most
 * @property {Figures} [least]
 */

const BACK = { resumedMs: RESUMED_MS };

/** @param {number} seconds @returns {Strike} */
const stopped = (seconds) => ({
  name: `stopped-${seconds}s`,
  promise: `the queue Redis killed and away for ${seconds} s: work goes on ≤3 s after it is back, nothing is lost or done twice`,
  jobMs: SHORT_JOB_MS,
  strike: async (stage) => {
    await stage.redis.kill();
    await sleep(seconds * 1_000);
    await stage.redis.up();
    return { resumedMs: await stage.resumes() };
  },
  most: BACK,
});

/** Of two workers on a queue Redis, while jobs are asked for. @type {readonly Strike[]} */
const strikes = [
  ...[3, 20, 60].map(stopped),
  {
    name: 'frozen',
    promise: `the queue Redis frozen for ${FROZEN_MS / 1_000} s: the same`,
    jobMs: SHORT_JOB_MS,
    strike: async (stage) => {
      stage.redis.freeze();
      await sleep(FROZEN_MS);
      stage.redis.thaw();
      return { resumedMs: await stage.resumes() };
    },
    most: BACK,
  },
  {
    name: 'flushed',
    promise:
      'the queue Redis emptied while jobs wait, twice: what was lost is added again and done ≤3 s later, once',
    jobMs: LONG_JOB_MS,
    strike: async (stage) => {
      // More than both workers can take at once.
      await stage.askAtOnce(100);
      let resumedMs = 0;
      for (let i = 0; i < 2; i += 1) {
        await stage.effects(8);
        await stage.redis.admin.flushall();
        resumedMs = Math.max(resumedMs, await stage.resumes());
      }
      return { resumedMs };
    },
    most: { ...BACK, restMs: 15_000 },
  },
  {
    name: 'restarted-empty',
    promise: 'the queue Redis killed, and back without anything: the same',
    jobMs: LONG_JOB_MS,
    strike: async (stage) => {
      await stage.askAtOnce(100);
      await stage.effects(8);
      await stage.redis.kill();
      await stage.redis.up({ appendonly: 'no', dbfilename: 'none.rdb' });
      return { resumedMs: await stage.resumes() };
    },
    most: { ...BACK, restMs: 15_000 },
  },
  {
    name: 'worker-killed',
    promise: 'a worker killed in its jobs: another does them within 15 s, each once',
    jobMs: LONG_JOB_MS,
    strike: async (stage) => {
      const pid = await stage.pid(0);
      const held = () =>
        stage.count(
          'fault_attempts',
          'pid = $1 and not exists (select 1 from fault_effects d where d.key = fault_attempts.key)',
          [pid],
        );
      await until('a job under way', async () => (await held()) > 0, TAKEN_OVER_MS);
      stage.workers[0]?.kill();
      const killed = await held();
      const takenOverMs = await until(
        'its jobs to be done',
        async () => (await held()) === 0,
        2 * TAKEN_OVER_MS,
      );
      return { killed, takenOverMs: Math.round(takenOverMs) };
    },
    most: { takenOverMs: TAKEN_OVER_MS },
    least: { killed: 1 },
  },
  {
    name: 'worker-stopped',
    promise:
      'a worker told to end in its jobs: each is finished or handed back, none is left to be found stalled',
    jobMs: LONG_JOB_MS,
    strike: async (stage) => {
      const pid = await stage.pid(0);
      const begun = await stage.count('fault_attempts', 'pid = $1', [pid]);
      await stage.workers[0]?.call('close');
      // A job that stalls comes back after 10 s at the earliest.
      const open = await stage.count(
        'fault_attempts',
        'pid = $1 and not exists (select 1 from fault_effects d where d.key = fault_attempts.key)',
        [pid],
      );
      return { begun, stalled: open };
    },
    most: { stalled: 0 },
    least: { begun: 1 },
  },
  {
    name: 'schedules-deleted',
    promise:
      'all that is known of schedules deleted, and the queue Redis emptied: each is there and due again ≤3 s later',
    jobMs: SHORT_JOB_MS,
    strike: async (stage) => {
      const schedules = await stage.count('schedule_runs');
      await stage.database.query('delete from schedule_runs');
      await stage.redis.admin.flushall();
      const backMs = await until(
        'the schedules to be back',
        async () => (await stage.count('schedule_runs')) === schedules,
        4 * RESUMED_MS,
      );
      return { schedules, backMs: Math.round(backMs), resumedMs: await stage.resumes() };
    },
    most: { ...BACK, backMs: RESUMED_MS },
    least: { schedules: 10 },
  },
];

/** @param {Strike} strike @returns {QueueScenario} */
const struck = ({ name, promise, jobMs, strike, most, least }) => ({
  name,
  promise,
  run: async (onOpen) => {
    const stage = await Stage.open(onOpen, jobMs);
    stage.startAsking();
    await stage.effects();
    await sleep(CALM_MS);
    const figures = await strike(stage);
    await sleep(CALM_MS);
    return { ...(await stage.verdict()), ...figures };
  },
  most,
  least: { asked: 20, ...least },
});

/** @type {readonly QueueScenario[]} */
const all = [
  ...strikes.map(struck),
  {
    name: 'notification-worker-killed',
    promise:
      'the worker killed while it sends news by mail and webhook: started again, all is sent ≤30 s later, stored once each; twice came at most the four messages in its hands, under the ids they had',
    run: async (onOpen) => {
      const stage = await NewsStage.open(onOpen);
      await stage.tell(EVENTS);
      const inHands = await stage.killInSending(EVENTS / 4);
      await stage.start();
      const verdict = await stage.verdict();
      const cameTwice = verdict.mailsTwice + verdict.webhooksTwice;
      return { ...verdict, inHands, cameTwice };
    },
    most: { unsent: 0, unknown: 0, cameTwice: NEWS_AT_ONCE, restMs: SENT_MS },
    least: { told: EVENTS, stored: EVENTS, deliveries: 2 * EVENTS, inHands: 2 },
  },
  {
    name: 'embedded-killed',
    promise:
      'a process on the embedded driver killed in its jobs: at its next start all are done, each once',
    run: async (onOpen) => {
      const stage = await EmbeddedStage.open(onOpen, LONG_JOB_MS);
      const killed = await stage.askAndKill(100);
      await stage.start();
      return { ...(await stage.verdict()), killed };
    },
    most: { restMs: TAKEN_OVER_MS },
    least: { asked: 100, killed: 1 },
  },
];

export const scenarios = all.map((scenario) => ({ ...scenario, hasPeer: false }));

/** @param {QueueScenario} scenario @param {Setting} setting @returns {Promise<Outcome & { pass: boolean }>} */
export async function play({ run, most, least }, { onOpen }) {
  const figures = await run(onOpen);
  const details = brokenLimits({ most: { lost: 0, doubled: 0, ...most }, least }, figures);
  return { figures, pass: details.length === 0, details };
}
