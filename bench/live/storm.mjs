// @ts-check
/**
 * Two thousand clients lose their connections and come back in the same moment, each from where it was: each is told what it
 * missed, and however many they are, an instance reads the history of a channel once. The other side knows no places: its
 * clients connect and join, and what they missed is gone.
 */
/** @import { Redis } from 'ioredis' */
import { expectSame } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { limitRow } from '../harness/rows.mjs';
import { BARE } from './fan-out.mjs';
import { FAN_OUT, FILLS } from './support/payload.mjs';
import { INSTANCES, USERS, withFleets } from './support/stage.mjs';

const SOCKETS = 2_000;
const CHANNELS = [FAN_OUT, FILLS];
/** Of each channel, while all are away. */
const MISSED = 20;
const RECOVERED_MS = 10_000;

/** @type {import('../harness/case.mjs').BenchCase} */
export const storm = {
  name: 'storm',
  about: '2,000 clients come back at once, each from its place: reads of the history, and time',
  run: ({ rounds, progress }) =>
    withFleets(async ({ fleets, redis }) => {
      progress('opening 2,000 sockets on both sides');
      for (const fleet of Object.values(fleets)) {
        await fleet.connect({ count: SOCKETS, channels: CHANNELS });
      }
      /** @type {number[]} */
      const reads = [];
      let hasLostPlaces = false;
      const comeBack = async (
        /** @type {'bourse' | 'bare'} */ side,
        /** @type {number} */ round,
      ) => {
        const fleet = fleets[side];
        await fleet.destroyAll();
        await fleet.publish({ how: 'toAll', messages: MISSED, intervalMs: 1 });
        await fleet.publish({ how: 'toUser', messages: MISSED * USERS, intervalMs: 1 });
        const watch = await watchHistories(redis);
        const { ms, recovered, missed } = await fleet.comeBack();
        const most = await watch.most();
        if (side === 'bourse') {
          progress(
            `${recovered} answers that nothing is lost, ${Math.round(ms)} ms, at most ${most} reads`,
          );
          // Others were given a snapshot instead, and told so: not wrong, and not what is promised here.
          expectSame('messages that were missed', missed, recovered * MISSED);
          if (round >= 0) {
            reads.push(most);
            hasLostPlaces ||= recovered < SOCKETS * CHANNELS.length;
          }
        }
        return ms;
      };
      const times = await interleave({
        sides: /** @type {const} */ (['bourse', 'bare']),
        rounds,
        warmUps: 1,
        run: comeBack,
        progress,
      });
      return [
        limitRow({
          name: 'storm-history-reads',
          peer: 'a read for each client',
          unit: 'reads per channel and instance',
          ours: reads,
          theirs: reads.map(() => SOCKETS / INSTANCES),
          limit: 1,
          every: true,
        }),
        limitRow({
          name: 'storm-recovered',
          peer: `${BARE}, which recovers nothing`,
          unit: 'ms',
          ours: times.bourse,
          theirs: times.bare,
          limit: RECOVERED_MS,
          broken: hasLostPlaces,
        }),
      ];
    }),
};

/** Listens to what Redis is asked, until it is told to stop. @param {Redis} redis */
async function watchHistories(redis) {
  const monitor = await redis.monitor();
  /** By channel and connection: an instance asks on one. @type {Map<string, number>} */
  const reads = new Map();
  monitor.on('monitor', (_time, [command = '', , , key = ''], source) => {
    if (!command.toLowerCase().startsWith('eval') || !key.includes(':bus:history:')) return;
    const who = `${source} ${key}`;
    reads.set(who, (reads.get(who) ?? 0) + 1);
  });
  return {
    /** The most reads of one channel by one instance. */
    most: async () => {
      // What was asked before this has been seen by then.
      await redis.ping('seen');
      await new Promise((resolve) => setTimeout(resolve, 50));
      monitor.disconnect();
      return Math.max(0, ...reads.values());
    },
  };
}
