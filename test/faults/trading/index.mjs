// @ts-check
/** @import { Outcome, Setting } from '../cache/experiment.mjs' */
/** @import { Instance } from './stage.mjs' */
/** @import { Trap } from './wire-proxy.mjs' */
import { sleep, within } from '../time.mjs';
import { Stage } from './stage.mjs';

export const OURS = 'bourse';
/** None that keeps the same promises could be put into the same harness. */
export const PEER = { product: 'none', version: 'none' };
/** Of a scenario: fifty processes are started in some of them. */
export const TIMEOUT_MS = 600_000;

const ROUNDS = 50;
const TRADERS = 10;
/** Processes that are ready to be killed. */
const READY = 2;
const HELD_MS = 30_000;
const BETWEEN_TRIES_MS = 2_000;
const MOST_TRIES = 15;
/** For an answer to be on its way to the client when its process is killed. */
const ANSWER_MS = 100;
/** Of moments that are like one of the others. */
const FEWER_ROUNDS = 10;
const LOAD_MS = 10_000;
const LOAD_INTERVAL_MS = 20;

const isOrder = (/** @type {string} */ text) => text.startsWith('insert into "orders"');
const isExecution = (/** @type {string} */ text) => text.startsWith('insert into "executions"');
const isClaim = (/** @type {string} */ text) => text.startsWith('with "head"');
const isSettled = (/** @type {string} */ text) => text.startsWith('with "held"');

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} promise
 * @property {(stage: Stage, rounds: number) => Promise<Record<string, number>>} work
 */

/**
 * A statement after a commit.
 * @param {(text: string) => boolean} isCause part of the transaction @param {(text: string) => boolean} is
 * @returns {() => Trap}
 */
function afterCommitWith(isCause, is) {
  return () => {
    let isCommitted = false;
    return {
      holds: 'statement',
      on: ({ statement, before }) => {
        if (statement === 'commit' && before.some(isCause)) isCommitted = true;
        return isCommitted && is(statement);
      },
    };
  };
}

/** The commit of a transaction with such a statement. @param {(text: string) => boolean} is @param {Trap['holds']} holds @returns {() => Trap} */
function commitWith(is, holds) {
  return () => ({
    holds,
    on: ({ statement, before }) => statement === 'commit' && before.some(is),
  });
}

/** @type {readonly Scenario[]} */
const kills = [
  {
    name: 'killed-before-commit',
    promise: 'kill -9 before the commit of an order: sent again, it is one order',
    work: killingOrders(commitWith(isOrder, 'statement')),
  },
  {
    name: 'killed-in-commit',
    promise: 'kill -9 between the commit of an order and the answer: sent again, it is one order',
    work: (stage, rounds) =>
      killingOrders(commitWith(isOrder, 'answer'))(stage, Math.min(rounds, FEWER_ROUNDS)),
  },
  {
    name: 'killed-before-publish',
    promise: 'kill -9 after the commit, before anything is published: the order is filled, once',
    work: killingOrders(afterCommitWith(isOrder, isClaim)),
  },
  {
    name: 'killed-before-published-ack',
    promise: 'kill -9 after a job is published, before that is recorded: the order is filled, once',
    work: killingOrders(afterCommitWith(isOrder, isSettled)),
  },
  {
    name: 'killed-in-job',
    promise: 'kill -9 inside the job, before its commit: the order is filled, once',
    work: killingWorkers(commitWith(isExecution, 'statement')),
  },
  {
    name: 'killed-before-job-ack',
    promise:
      'kill -9 after the commit of the job, before its end is told: the order is filled, once',
    work: killingWorkers(commitWith(isExecution, 'answer')),
  },
  {
    name: 'killed-before-fill-ack',
    promise: 'kill -9 after the news of a fill is out, before that is recorded: it counts once',
    work: (stage, rounds) =>
      killingWorkers(afterCommitWith(isExecution, isSettled))(
        stage,
        Math.min(rounds, FEWER_ROUNDS),
      ),
  },
];

/** @type {readonly Scenario[]} */
const outages = [
  {
    name: 'connection-cut',
    promise: 'the connection to PostgreSQL cut around the commit: sent again, it is one order',
    work: cutting,
  },
  {
    name: 'queue-flushed',
    promise: 'FLUSHALL of the queue Redis under load, again and again: every order is finished',
    work: underLoad(async ({ queueRedis }) => {
      for (let i = 0; i < 10; i += 1) {
        await queueRedis.admin.flushall();
        await sleep(LOAD_MS / 20);
      }
    }),
  },
  {
    name: 'redis-killed',
    promise: 'both Redis killed under load, back empty: orders go on, every one is finished',
    work: underLoad(async ({ redis, queueRedis }) => {
      await Promise.all([redis.kill(), queueRedis.kill()]);
      await sleep(LOAD_MS / 2);
      await Promise.all([redis.up(), queueRedis.up()]);
    }),
  },
  {
    name: 'redis-frozen',
    promise: 'both Redis frozen under load: orders go on, every one is finished',
    work: underLoad(async ({ redis, queueRedis }) => {
      for (const server of [redis, queueRedis]) server.freeze();
      await sleep(LOAD_MS / 2);
      for (const server of [redis, queueRedis]) server.thaw();
    }),
  },
];

export const scenarios = [...kills, ...outages].map((scenario) => ({
  ...scenario,
  hasPeer: false,
}));

/**
 * @param {Scenario} scenario @param {Setting} setting
 * @returns {Promise<Outcome & { pass: boolean }>}
 */
export async function play({ name, work }, { onOpen, deaf, rounds = ROUNDS }) {
  if (deaf !== undefined) throw new Error('no trading process can be made deaf');
  const stage = await Stage.open(onOpen);
  const done = await work(stage, rounds);
  process.stderr.write(`faults: ${name}: done, waiting for the rest\n`);
  const figures = { ...done, ...(await stage.verdict()) };
  const { sent, acknowledged, orders, executions } = figures;
  const zero = /** @type {const} */ ([
    ...['lost', 'notFilledOnce', 'unfinished', 'unpublished', 'jobsLeft'],
    ...['journalTradesAmiss', 'notificationsAmiss', 'ledgerDifferences'],
  ]);
  const details = zero.flatMap((figure) => {
    const value = /** @type {Record<string, number>} */ (figures)[figure];
    return value === 0 ? [] : [`${figure} ${value}, not 0`];
  });
  // All have been sent until they were acknowledged.
  if (acknowledged !== sent || orders !== sent || executions !== sent) {
    details.push(
      `${sent} sent, ${acknowledged} acknowledged, ${orders} orders, ${executions} executions`,
    );
  }
  if (!Object.values(done).every((value) => value > 0)) details.push('nothing was broken');
  return { figures, details, pass: details.length === 0 };
}

/**
 * Sends an order to a process, kills it at the moment that the trap names, and sends what was not acknowledged to
 * another one, which also finishes what the dead have left.
 * @param {() => Trap} newTrap
 * @returns {Scenario['work']}
 */
function killingOrders(newTrap) {
  return async (stage, rounds) => {
    const survivor = await stage.start('all');
    await stage.register(TRADERS, survivor);
    const ready = Array.from({ length: Math.min(READY, rounds) }, () => stage.start('api'));
    let kills = 0;
    let acknowledgedBefore = 0;
    for (let round = 0; round < rounds; round += 1) {
      const victim = await /** @type {Promise<Instance>} */ (ready.shift());
      const order = stage.newOrder(stage.trader(round));
      const held = victim.proxy.arm(newTrap());
      const sending = stage.send(victim, order);
      await within('the moment to kill', held, HELD_MS);
      await Promise.race([sending, sleep(ANSWER_MS)]);
      victim.program.kill();
      kills += 1;
      if (await sending) acknowledgedBefore += 1;
      if (round + READY < rounds) ready.push(stage.start('api'));
      await stage.sendUntilAcknowledged(survivor, order);
      tellRound(round, rounds);
    }
    return { kills, ...(acknowledgedBefore > 0 && { acknowledgedBefore }) };
  };
}

/**
 * Kills workers at the moment that the trap names of any of them, while orders come in.
 * @param {() => Trap} newTrap
 * @returns {Scenario['work']}
 */
function killingWorkers(newTrap) {
  return async (stage, rounds) => {
    const survivor = await stage.start('api');
    await stage.register(TRADERS, survivor);
    /** @type {Set<Promise<Instance>>} those that are held */
    const trapped = new Set();
    /** @type {Promise<void>[]} */
    const sendings = [];
    /** @type {Instance[]} */
    const workers = [];
    const hire = async () => {
      const worker = await stage.start('worker');
      workers.push(worker);
      trapped.add(worker.proxy.arm(newTrap()).then(() => worker));
    };
    const hiring = new Set(Array.from({ length: READY }, hire));
    await Promise.all(hiring);
    let kills = 0;
    for (let round = 0; round < rounds; round += 1) {
      if (trapped.size === 0) await Promise.all(hiring);
      const caught = [...trapped].map((one) => one.then((worker) => ({ one, worker })));
      /** @type {Awaited<(typeof caught)[number]> | undefined} */
      let found;
      // An order can pass by the moment: another process may be at the news of it.
      for (let tries = 0; found === undefined && tries < MOST_TRIES; tries += 1) {
        // Not waited for alone: a worker that is held may hold just the account that this order is for.
        const sending = stage.sendUntilAcknowledged(survivor, stage.newOrder(stage.trader(round)));
        sendings.push(sending);
        const nothing = sending.then(() => sleep(BETWEEN_TRIES_MS)).then(() => undefined);
        found = await Promise.race([...caught, nothing]);
      }
      if (found === undefined) throw new Error('no worker came to the moment to kill it');
      const { one, worker } = found;
      trapped.delete(one);
      worker.program.kill();
      kills += 1;
      hiring.add(hire());
      tellRound(round, rounds);
    }
    // Those that are left, and hold what they were about to do, are killed as well; a new one finishes it all.
    await Promise.all(hiring);
    for (const worker of workers) worker.program.kill();
    await Promise.all(sendings);
    await stage.start('worker');
    return { kills };
  };
}

/** @type {Scenario['work']} */
async function cutting(stage, rounds) {
  const instance = await stage.start('all');
  await stage.register(TRADERS, instance);
  let cuts = 0;
  let unanswered = 0;
  for (let round = 0; round < rounds; round += 1) {
    const order = stage.newOrder(stage.trader(round));
    const holds = round % 2 === 0 ? 'answer' : 'statement';
    const held = instance.proxy.arm(commitWith(isOrder, holds)());
    const sending = stage.send(instance, order);
    (await within('the moment to cut', held, HELD_MS)).cut();
    cuts += 1;
    if (!(await sending)) unanswered += 1;
    await stage.sendUntilAcknowledged(instance, order);
    tellRound(round, rounds);
  }
  return { cuts, unanswered };
}

/**
 * Orders from all traders to two processes, beside which something breaks.
 * @param {(stage: Stage) => Promise<void>} strike
 * @returns {Scenario['work']}
 */
function underLoad(strike) {
  return async (stage) => {
    const first = await stage.start('all');
    const instances = [first, await stage.start('all')];
    await stage.register(TRADERS, first);
    const endsAt = performance.now() + LOAD_MS;
    let underFault = 0;
    let isBroken = false;
    const trade = async (/** @type {number} */ i) => {
      for (let count = i; performance.now() < endsAt; count += 1) {
        const instance = /** @type {Instance} */ (instances[count % instances.length]);
        const order = stage.newOrder(stage.trader(i));
        await stage.sendUntilAcknowledged(instance, order);
        if (isBroken) underFault += 1;
        await sleep(LOAD_INTERVAL_MS);
      }
    };
    const load = Promise.all(stage.traders.map((_, i) => trade(i)));
    await sleep(LOAD_MS / 10);
    isBroken = true;
    await strike(stage);
    isBroken = false;
    await load;
    return { underFault };
  };
}

/** @param {number} round @param {number} rounds */
function tellRound(round, rounds) {
  if ((round + 1) % 10 === 0) process.stderr.write(`faults: round ${round + 1} of ${rounds}\n`);
}
