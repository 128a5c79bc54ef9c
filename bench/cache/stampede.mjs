// @ts-check
/**
 * One cold key, asked for by 1,000 callers in each of four processes at the same moment; how often is its source
 * asked, in all of them together? And again with the process that is loading killed in the middle of its load: the
 * survivors must all be answered, by one more load. bentocache has its local tier, Redis and its bus.
 */
import { monotonicMs, pause } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { expectSame, expectThat } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { limitRow } from '../harness/rows.mjs';
import { Side } from '../harness/side.mjs';
import { openBentocache, openCaches, profilesIn } from './support/caches.mjs';
import { keyOf, paramsOf, profileOf } from './support/workload.mjs';

/** @typedef {import('./support/workload.mjs').Params} Params */
/** @typedef {import('./support/workload.mjs').Profile} Profile */
/** @typedef {(params: Params, load: () => Promise<Profile>) => Promise<Profile>} Read */
/** @typedef {'bourse' | 'bentocache'} Contestant */
/** @typedef {{ id: number, callers: number, loadMs: number, startsAtMs: number }} Task */
/** @typedef {{ answers: Record<string, number>, errors: string[] }} Report */

const PROCESSES = 4;
const CALLERS = 1_000;
const LOAD_MS = 100;
/** Of the load whose process is killed half way through. */
const KILLED_LOAD_MS = 400;
/** So that all processes have the task before the first begins. */
const HEAD_START_MS = 30;
/** Survivors that are not answered by then are not answered. */
const ANSWER_TIMEOUT_MS = 20_000;

/** @param {Read} read @param {(event: unknown) => void} emit */
function stampedingSide(read, emit) {
  let loads = 0;
  return {
    /** @param {Task} task @returns {Promise<Report>} */
    rush: async ({ id, callers, loadMs, startsAtMs }) => {
      const params = paramsOf(id);
      const load = async () => {
        loads += 1;
        const about = `load ${loads} of process ${process.pid}`;
        emit({ id, about });
        await pause(loadMs);
        return { ...profileOf(id, 0), about };
      };
      await pause(startsAtMs - monotonicMs());
      const settled = await Promise.allSettled(
        Array.from({ length: callers }, () => read(params, load)),
      );
      /** @type {Report} */
      const report = { answers: {}, errors: [] };
      for (const one of settled) {
        if (one.status === 'rejected') report.errors.push(String(one.reason));
        else {
          expectSame('an answer', { ...one.value, about: '' }, { ...profileOf(id, 0), about: '' });
          report.answers[one.value.about] = (report.answers[one.value.about] ?? 0) + 1;
        }
      }
      return report;
    },
  };
}

/** @typedef {(event: unknown) => void} Emit */

export const sides = {
  /** @param {{ redisUrl: string }} context @param {Emit} emit */
  bourse: async ({ redisUrl }, emit) => {
    const profiles = await profilesIn(await openCaches(redisUrl));
    return stampedingSide((params, load) => profiles.getOrSet(params, load), emit);
  },
  /** @param {{ redisUrl: string }} context @param {Emit} emit */
  bentocache: ({ redisUrl }, emit) => {
    const bento = openBentocache(redisUrl);
    const read = (/** @type {Params} */ params, /** @type {() => Promise<Profile>} */ load) =>
      bento.getOrSet({ key: keyOf(params), factory: load });
    return stampedingSide(read, emit);
  },
};

/** The processes of one contestant; who was killed is replaced before the next round. */
class Fleet {
  /** @type {Side[]} */
  #sides = [];
  #name;
  #redisUrl;
  #rounds = 0;

  /** @param {Contestant} name @param {string} redisUrl */
  constructor(name, redisUrl) {
    this.#name = name;
    this.#redisUrl = redisUrl;
  }

  async complete() {
    const starts = [];
    for (let i = this.#sides.length; i < PROCESSES; i += 1)
      starts.push(Side.start(import.meta.url, this.#name, { redisUrl: this.#redisUrl }));
    const settled = await Promise.allSettled(starts);
    for (const start of settled) if (start.status === 'fulfilled') this.#sides.push(start.value);
    for (const start of settled) if (start.status === 'rejected') throw start.reason;
  }

  async stop() {
    await Promise.all(this.#sides.map((side) => side.stop()));
  }

  /**
   * @param {boolean} kill the process that begins to load first
   * @returns {Promise<{ loads: number, unanswered: number, ms: number }>}
   */
  async rush(kill) {
    this.#rounds += 1;
    const id = this.#rounds;
    const loadMs = kill ? KILLED_LOAD_MS : LOAD_MS;
    /** @type {Set<string>} */
    const begun = new Set();
    /** @type {Side | undefined} */
    let killed;
    const listening = this.#sides.map((side) =>
      side.onEvent((event) => {
        const load = /** @type {{ id: number, about: string }} */ (event);
        if (load.id !== id) return;
        begun.add(load.about);
        if (!kill || killed !== undefined) return;
        killed = side;
        setTimeout(() => side.kill(), loadMs / 2);
      }),
    );
    const startsAtMs = monotonicMs() + HEAD_START_MS;
    /** @type {Task} */
    const task = { id, callers: CALLERS, loadMs, startsAtMs };
    const answered = await Promise.allSettled(
      this.#sides.map((side) => side.call('rush', task, ANSWER_TIMEOUT_MS)),
    );
    const ms = monotonicMs() - startsAtMs;
    for (const stop of listening) stop();

    let unanswered = 0;
    for (const [i, answer] of answered.entries()) {
      if (this.#sides[i] === killed) continue;
      if (answer.status === 'rejected') {
        if (!String(answer.reason).includes('did not answer')) throw answer.reason;
        unanswered += CALLERS;
        continue;
      }
      const { answers, errors } = /** @type {Report} */ (answer.value);
      unanswered += errors.length;
      for (const about of Object.keys(answers))
        expectThat(`${this.#name}: an answer that no load made`, begun.has(about), about);
      const sum = Object.values(answers).reduce((all, count) => all + count, errors.length);
      expectSame(`${this.#name}, answers of a process`, sum, CALLERS);
    }
    expectThat(`${this.#name}: nothing was loaded`, begun.size > 0);
    if (killed !== undefined) {
      await killed.stop();
      this.#sides = this.#sides.filter((side) => side !== killed);
    }
    return { loads: begun.size, unanswered, ms };
  }
}

/**
 * @param {string} name @param {boolean} kill @param {number} limit loads
 * @returns {import('../harness/case.mjs').BenchCase}
 */
function caseOf(name, kill, limit) {
  return {
    name,
    about: `${PROCESSES} × ${CALLERS} callers of a cold key${kill ? ', its loader is killed' : ''}: loads, against bentocache`,
    run: ({ rounds, progress }) =>
      withRedis(async ({ url }) => {
        const fleets = {
          bourse: new Fleet('bourse', url),
          bentocache: new Fleet('bentocache', url),
        };
        try {
          const results = await interleave({
            sides: /** @type {Contestant[]} */ (['bourse', 'bentocache']),
            rounds,
            // The first calls of a process compile what they run.
            warmUps: kill ? 0 : 1,
            progress,
            run: async (side) => {
              await fleets[side].complete();
              return fleets[side].rush(kill);
            },
          });
          for (const [side, rushes] of Object.entries(results)) {
            const unanswered = rushes.reduce((sum, rush) => sum + rush.unanswered, 0);
            const slowestMs = Math.max(...rushes.map(({ ms }) => ms));
            progress(
              `${side}: ${unanswered} unanswered; all done in ${slowestMs.toFixed(0)} ms at most`,
            );
          }
          return [
            limitRow({
              name,
              peer: peerName('bentocache'),
              unit: 'loads',
              ours: results.bourse.map(({ loads }) => loads),
              theirs: results.bentocache.map(({ loads }) => loads),
              limit,
              every: true,
              broken: results.bourse.some(({ unanswered }) => unanswered > 0),
            }),
          ];
        } finally {
          await Promise.all(Object.values(fleets).map((fleet) => fleet.stop()));
        }
      }),
  };
}

export const stampede = caseOf('stampede', false, 1);
/** The load that was cut off, and the one of who took over. */
export const stampedeKilled = caseOf('stampede-killed', true, 2);
