// @ts-check
/** @import { Work } from './support/queue-side.mjs' */
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import { openBareQueue } from './support/bare-bullmq.mjs';
import { openBourseQueue } from './support/bourse-queue.mjs';
import { PRIORITY } from './support/payload.mjs';
import { queueSide, VERIFIED_ANSWERS } from './support/queue-side.mjs';

const TARGET = 0.85;

/** @typedef {{ redisUrl: string, work: Work }} Context */

export const sides = {
  /** @param {Context} context */
  bourse: async ({ redisUrl, work }) => queueSide(await openBourseQueue(redisUrl, 'worker'), work),
  /** @param {Context} context */
  prioritized: async ({ redisUrl, work }) =>
    queueSide(await openBareQueue(redisUrl, PRIORITY), work),
};

/** @param {Work} work @param {string} about @returns {import('../harness/case.mjs').BenchCase} */
function caseOf(work, about) {
  return {
    name: work,
    about: `${about}, against bare BullMQ with priorities too`,
    run: ({ rounds, progress }) =>
      withRedis(({ url: redisUrl }) => {
        const context = { redisUrl, work };
        const wanted = Object.keys(sides).map((side) => /** @type {const} */ ([side, context]));
        return withSides(import.meta.url, wanted, async (...started) => {
          const rates = await compareRates({
            sides: started,
            rounds,
            expected: VERIFIED_ANSWERS,
            startChecksum: () => (operations) => operations,
            progress,
          });
          return [
            ratioRow({
              name: work,
              peer: peerName('bullmq'),
              unit: 'jobs/s',
              better: 'higher',
              ours: rates.get('bourse') ?? [],
              theirs: rates.get('prioritized') ?? [],
              target: TARGET,
            }),
          ];
        });
      }),
  };
}

export const add = caseOf('add', 'add a job, 64 under way');
export const processing = caseOf('process', 'work off what waits, 8 at a time');
export const addAndProcess = caseOf('add-and-process', 'add a job and see it done, 64 under way');
