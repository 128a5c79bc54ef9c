// @ts-check
/** From the command to the first connection that is taken: with servers that are there, and with nothing but a folder. */
import { peerName } from '../harness/peers.mjs';
import { interleave } from '../harness/rounds.mjs';
import { limitRow } from '../harness/rows.mjs';
import { startBourse, withServers } from './support/bourse-server.mjs';
import { Program } from './support/program.mjs';

const HELLO_SERVER = new URL('./support/hello-server.mjs', import.meta.url).pathname;
const WITH_SERVERS_MS = 2_500;
const EMBEDDED_MS = 6_000;

/** @param {Promise<{ program: Program, ms: number }>} starting @returns {Promise<number>} ms */
async function timeOf(starting) {
  const { program, ms } = await starting;
  await program.stop();
  return ms;
}

/** @type {import('../harness/case.mjs').BenchCase} */
export const startUp = {
  name: 'start-up',
  about:
    'from the command to listening, with Redis and PostgreSQL and on its own, against a Nest hello',
  run: ({ rounds, progress }) =>
    withServers(async (variables) => {
      // All roles in one process, as `npm start` has them. Every embedded start is a first one: in a folder of its own.
      const starts = {
        servers: () => startBourse({ ...variables, BOURSE_ROLE: 'all' }),
        embedded: () => startBourse({ NODE_ENV: 'development', BOURSE_ROLE: 'all' }),
        hello: () => Program.start([HELLO_SERVER]),
      };
      const names = /** @type {const} */ (['servers', 'embedded', 'hello']);
      // The warm-up migrates the database.
      const ms = await interleave({
        sides: names,
        rounds,
        warmUps: 1,
        run: (side) => timeOf(starts[side]()),
        progress,
      });
      const rowOf = (/** @type {'servers' | 'embedded'} */ side, /** @type {number} */ limit) =>
        limitRow({
          name: `start-up-${side}`,
          peer: `hello on ${peerName('@nestjs/core')}`,
          unit: 'ms',
          ours: ms[side],
          theirs: ms.hello,
          limit,
        });
      return [rowOf('servers', WITH_SERVERS_MS), rowOf('embedded', EMBEDDED_MS)];
    }),
};
