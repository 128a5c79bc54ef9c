// @ts-check
import { peerName } from '../harness/peers.mjs';
import { pause } from '../harness/measuring.mjs';
import { withRedisEach } from '../harness/redis.mjs';
import { expectSame } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { limitRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { openBareQueue } from './support/bare-bullmq.mjs';
import { openBourseQueue } from './support/bourse-queue.mjs';
import { CONCURRENCY, PRIORITY } from './support/payload.mjs';
import { waitingSide } from './support/queue-side.mjs';

/** @typedef {Awaited<ReturnType<typeof waitingSide>>} WaitingSide */

const JOB_MS = 20;
const WORKERS = 2;
/** Half of what two workers with eight jobs of 20 ms each can do. */
const LOAD = { perSecond: (WORKERS * CONCURRENCY * 1_000) / JOB_MS / 2, seconds: 5 };
const LIMIT_MS = 5_000;
const DONE_MS = 30_000;

/** @typedef {{ redisUrl: string, role: 'api' | 'worker' }} Context */

export const sides = {
  /** @param {Context} context */
  bourse: async ({ redisUrl, role }) => waitingSide(await openBourseQueue(redisUrl, role), JOB_MS),
  /** @param {Context} context */
  bare: async ({ redisUrl }) => waitingSide(await openBareQueue(redisUrl, PRIORITY), JOB_MS),
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const wait = {
  name: 'wait',
  about: `how long jobs wait: ${LOAD.perSecond}/s of ${JOB_MS} ms each, ${WORKERS} workers of ${CONCURRENCY} at a time`,
  run: ({ rounds, progress }) =>
    withRedisEach(['bourse', 'bare'], ({ bourse, bare }) => {
      /** A producer and its workers. @param {'bourse' | 'bare'} name @param {string} redisUrl */
      const fleet = (name, redisUrl) =>
        Array.from(
          { length: WORKERS + 1 },
          (_, i) => /** @type {const} */ ([name, { redisUrl, role: i === 0 ? 'api' : 'worker' }]),
        );
      const wanted = [...fleet('bourse', bourse.url), ...fleet('bare', bare.url)];
      return withSides(import.meta.url, wanted, async (...started) => {
        const fleets = {
          bourse: started.slice(0, WORKERS + 1),
          bare: started.slice(WORKERS + 1),
        };
        for (const [, ...workers] of Object.values(fleets)) {
          await Promise.all(workers.map((worker) => worker.call('work')));
        }
        const means = await interleave({
          sides: /** @type {const} */ (['bourse', 'bare']),
          rounds,
          warmUps: 1,
          run: async (name) => {
            const [producer, ...workers] = fleets[name];
            await producer?.call('add', LOAD);
            const { count, sum, p99 } = await allOf(workers, LOAD.perSecond * LOAD.seconds);
            progress(`${name}: mean ${Math.round(sum / count)} ms, p99 ${p99} ms`);
            return sum / count;
          },
          progress,
        });
        return [
          limitRow({
            name: 'wait-mean',
            peer: peerName('bullmq'),
            unit: 'ms',
            ours: means.bourse,
            theirs: means.bare,
            limit: LIMIT_MS,
            every: true,
          }),
        ];
      });
    }),
};

/**
 * Waits until the workers have begun all jobs, each once.
 * @param {readonly import('../harness/side.mjs').Side[]} workers
 * @param {number} expected
 */
async function allOf(workers, expected) {
  const deadline = Date.now() + DONE_MS;
  let begun = 0;
  while (begun < expected && Date.now() < deadline) {
    await pause(50);
    /** @type {number[]} */
    const counts = await Promise.all(workers.map((worker) => worker.call('count')));
    begun = counts.reduce((sum, count) => sum + count, 0);
  }
  /** @type {ReturnType<WaitingSide['take']>[]} */
  const taken = await Promise.all(workers.map((worker) => worker.call('take')));
  const count = taken.reduce((all, one) => all + one.count, 0);
  expectSame('jobs begun', count, expected);
  return {
    count,
    sum: taken.reduce((all, one) => all + one.sum, 0),
    p99: Math.max(...taken.map(({ p99 }) => p99)),
  };
}
