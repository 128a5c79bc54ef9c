// @ts-check
/** One message on one instance reaches two thousand sockets, half of them on another one; each gets every message, in order. */
import { peerName } from '../harness/peers.mjs';
import { interleave } from '../harness/rounds.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withFleets } from './support/stage.mjs';
import { FAN_OUT } from './support/payload.mjs';

const SOCKETS = 2_000;
const PLAN = /** @type {const} */ ({ how: 'toAll', messages: 30, intervalMs: 100 });
/** Its latency is at most one and a half of theirs. */
export const TARGET = 0.667;
export const BARE = `${peerName('socket.io')} + ${peerName('@socket.io/redis-adapter')}`;

/** @type {import('../harness/case.mjs').BenchCase} */
export const fanOut = {
  name: 'fan-out',
  about: 'a message on one of two instances reaches 2,000 sockets, against bare socket.io',
  run: ({ rounds, progress }) =>
    withFleets(async ({ fleets }) => {
      progress('opening 2,000 sockets on both sides');
      for (const fleet of Object.values(fleets)) {
        await fleet.connect({ count: SOCKETS, channels: [FAN_OUT] });
      }
      const latencies = await interleave({
        sides: /** @type {const} */ (['bourse', 'bare']),
        rounds,
        warmUps: 1,
        run: (side) => fleets[side].measure(PLAN),
        progress,
      });
      return /** @type {const} */ (['p50', 'p99']).map((name) =>
        ratioRow({
          name: `fan-out-${name}`,
          peer: BARE,
          unit: 'ms',
          better: 'lower',
          ours: latencies.bourse.map((one) => one[name]),
          theirs: latencies.bare.map((one) => one[name]),
          target: TARGET,
        }),
      );
    }),
};
