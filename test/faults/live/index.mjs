// @ts-check
/** @import { Outcome, Setting } from '../cache/experiment.mjs' */
/** @import { Settings } from '../servers/redis-server.mjs' */
import { seededRandom } from '../random.mjs';
import { DURABLE, FORGETFUL } from '../servers/redis-server.mjs';
import { sleep } from '../time.mjs';
import { INSTANCES, Stage } from './stage.mjs';

export const OURS = 'bourse';
/** None that says of each client what it has could be put into the same harness. */
export const PEER = { product: 'none', version: 'none' };
/** Of a scenario, with the rounds there are by default. */
export const TIMEOUT_MS = 600_000;

const ROUNDS = 10;
const DROPPED = 0.2;
const AWAY_MS = 5_000;
const OUTAGE_MS = 1_500;
const CUT_MS = 2_000;
/** Between two rounds, for messages on connections that are all well. */
const CALM_MS = 1_500;

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} promise
 * @property {(stage: Stage, round: number) => Promise<Record<string, number>>} strike one round: breaks it, and mends it again
 * @property {Settings} [settings] of Redis
 */

/** The instance whose turn it is. @param {number} round */
const turnOf = (round) => round % INSTANCES;

/** @type {Scenario['strike']} */
async function killRedis({ redis: { server } }) {
  await server.kill();
  await sleep(OUTAGE_MS);
  await server.up();
  return { kills: 1 };
}

/** What becomes of a history while clients are away, in turns. @type {((stage: Stage) => Promise<number>)[]} */
const TRIMS = [
  async ({ redis: { server } }) => {
    const keys = await server.admin.keys('*:bus:history:*');
    return keys.length === 0 ? 0 : server.admin.del(keys);
  },
  trimTo(1),
  trimTo(0),
  async ({ redis: { server } }) => {
    await server.admin.flushall();
    return 1;
  },
];

/** @param {number} length */
function trimTo(length) {
  return async (/** @type {Stage} */ { redis: { server } }) => {
    const keys = await server.admin.keys('*:bus:history:*');
    for (const key of keys) await server.admin.xtrim(key, 'MAXLEN', length);
    return keys.length;
  };
}

/** @param {Stage} stage @param {() => Promise<unknown>} [meanwhile] */
async function dropSome(stage, meanwhile = () => Promise.resolve()) {
  const dropped = stage.some(DROPPED);
  for (const follower of dropped) follower.drop();
  await sleep(AWAY_MS / 2);
  await meanwhile();
  await sleep(AWAY_MS / 2);
  for (const follower of dropped) follower.comeBack();
  return { dropped: dropped.length };
}

/** @type {readonly Scenario[]} */
const all = [
  {
    name: 'dropped',
    promise: '20 % of the clients dropped for 5 s: they go on from where they are',
    strike: (stage) => dropSome(stage),
  },
  {
    name: 'redis-killed',
    promise: 'Redis killed under load, back empty: whoever may have missed something is told',
    strike: killRedis,
  },
  {
    name: 'redis-killed-durable',
    promise: 'Redis killed under load, back with what it had: the same',
    strike: killRedis,
    settings: DURABLE,
  },
  {
    name: 'instance-killed',
    promise: 'kill -9 of an API process: its clients go on at the other one',
    strike: async (stage, round) => {
      await stage.kill(turnOf(round));
      await sleep(OUTAGE_MS);
      await stage.untilInStep();
      await stage.startInstance(turnOf(round));
      return { kills: 1 };
    },
  },
  {
    name: 'history-trimmed',
    promise: '20 % of the clients away for 5 s, and the history trimmed, dropped or emptied',
    strike: async (stage, round) => {
      let trimmed = 0;
      const trim = TRIMS[round % TRIMS.length];
      const { dropped } = await dropSome(stage, async () => {
        trimmed = (await trim?.(stage)) ?? 0;
      });
      return { dropped, trimmed };
    },
  },
  {
    name: 'subscriber-cut',
    promise: 'the subscribing connection of an API process cut, or silent, for 2 s',
    strike: async ({ redis }, round) => {
      const proxy = redis.proxy(turnOf(round));
      // Silent: what was said meanwhile comes late, and all at once.
      proxy.break(
        ['subscriber'],
        Math.floor(round / INSTANCES) % 2 === 0 ? { cut: true } : { deaf: true },
      );
      await sleep(CUT_MS);
      proxy.heal();
      return { cuts: 1 };
    },
  },
  {
    name: 'instance-cut-off',
    promise: 'an API process without Redis for 2 s, while the others have it',
    strike: async ({ redis }, round) => {
      const proxy = redis.proxy(turnOf(round));
      await proxy.down();
      await sleep(CUT_MS);
      await proxy.up();
      return { cuts: 1 };
    },
  },
];

export const scenarios = all.map((scenario) => ({ ...scenario, hasPeer: false }));

/**
 * @param {Scenario} scenario @param {Setting} setting
 * @returns {Promise<Outcome & { pass: boolean }>}
 */
export async function play({ name, strike, settings = FORGETFUL }, setting) {
  const { onOpen, seed, deaf, rounds = ROUNDS } = setting;
  const stage = await Stage.open(onOpen, { settings, deaf, random: seededRandom(seed) });
  await stage.traffic.start(stage.traders);
  /** @type {Record<string, number>} */
  const struck = {};
  let inStepAfterMs = 0;
  for (let round = 0; round < rounds; round += 1) {
    await sleep(CALM_MS);
    for (const [figure, count] of Object.entries(await strike(stage, round))) {
      struck[figure] = (struck[figure] ?? 0) + count;
    }
    inStepAfterMs = Math.max(inStepAfterMs, await stage.untilInStep());
    process.stderr.write(`faults: ${name}: round ${round + 1} of ${rounds}\n`);
  }
  await sleep(CALM_MS);
  await stage.traffic.stop();
  const figures = {
    rounds,
    ...struck,
    inStepAfterMs: Math.round(inStepAfterMs),
    ...(await stage.verdict()),
  };
  const zero = /** @type {const} */ ([
    ...['lost', 'duplicated', 'outOfOrder', 'different', 'misshapen', 'unlikeTheServer'],
  ]);
  const details = zero.flatMap((figure) => {
    const value = /** @type {Record<string, number>} */ (figures)[figure];
    return value === 0 ? [] : [`${figure} ${value}, not 0`];
  });
  const { messagesOfSockets, messagesOfEventStreams, messagesOfLiveClients } = figures;
  const said = [messagesOfSockets, messagesOfEventStreams, messagesOfLiveClients];
  if (![...Object.values(struck), ...said].every((value) => value > 0)) {
    details.push('nothing was broken, or nothing said');
  }
  return { figures, details, pass: details.length === 0 };
}
