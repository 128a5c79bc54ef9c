// @ts-check
/**
 * A fill of one user, published on one instance, to the user's socket on the other; and the same from the transaction that
 * writes it: ours goes by the outbox, so that a crash after the commit loses nothing, theirs is sent once the row is there.
 */
import { interleave } from '../harness/rounds.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { BARE, TARGET } from './fan-out.mjs';
import { FILLS } from './support/payload.mjs';
import { USERS, withFleets } from './support/stage.mjs';

const MESSAGES = 400;
const INTERVAL_MS = 5;
/** The instance that does not send. */
const RECEIVING = 1;
const FROM = /** @type {const} */ ({ fill: 'toUser', commit: 'commit' });

/** @type {import('../harness/case.mjs').BenchCase} */
export const fillToSocket = {
  name: 'fill-to-socket',
  about:
    'from the publishing, and from the commit, of a fill on one instance to a socket of another',
  run: ({ rounds, progress }) =>
    withFleets(async ({ fleets }) => {
      for (const fleet of Object.values(fleets)) {
        await fleet.connect({ count: USERS, channels: [FILLS], instances: [RECEIVING] });
      }
      const rows = [];
      for (const from of /** @type {const} */ (['fill', 'commit'])) {
        const plan = { how: FROM[from], messages: MESSAGES, intervalMs: INTERVAL_MS };
        const latencies = await interleave({
          sides: /** @type {const} */ (['bourse', 'bare']),
          rounds,
          warmUps: 1,
          run: (side) => fleets[side].measure(plan),
          progress: (text) => progress(`from the ${from}, ${text}`),
        });
        for (const name of /** @type {const} */ (['p50', 'p99'])) {
          rows.push(
            ratioRow({
              name: `${from}-to-socket-${name}`,
              peer: BARE,
              unit: 'ms',
              better: 'lower',
              ours: latencies.bourse.map((one) => one[name]),
              theirs: latencies.bare.map((one) => one[name]),
              target: TARGET,
            }),
          );
        }
      }
      return rows;
    }),
};
