// @ts-check
import { monotonicMs, pause } from '../../harness/measuring.mjs';
import { fillOf } from './payload.mjs';

/** @typedef {ReturnType<typeof fillOf>} Fill */

/**
 * How a side sends.
 * @typedef {object} Publishing
 * @property {(fill: Fill) => Promise<unknown>} toAll
 * @property {(userId: string, fill: Fill) => Promise<unknown>} toUser
 * @property {(userId: string, fillAt: () => Fill) => Promise<unknown>} commit writes it down, and sends it once that is committed
 *
 * @typedef {object} Plan
 * @property {'toAll' | 'toUser' | 'commit'} how
 * @property {readonly string[]} userIds in turns
 * @property {number} messages
 * @property {number} intervalMs from one to the next
 */

/** @param {Publishing} side */
export function publishing(side) {
  return {
    /** @param {Plan} plan */
    publish: async ({ how, userIds, messages, intervalMs }) => {
      const startedAt = monotonicMs();
      /** @type {Promise<unknown>[]} */
      const sent = [];
      for (let i = 0; i < messages; i += 1) {
        await pause(Math.max(0, startedAt + i * intervalMs - monotonicMs()));
        const fillAt = () => fillOf(i, monotonicMs());
        const userId = userIds[i % userIds.length] ?? '';
        if (how === 'toAll') sent.push(side.toAll(fillAt()));
        else if (how === 'toUser') sent.push(side.toUser(userId, fillAt()));
        else sent.push(side.commit(userId, fillAt));
      }
      await Promise.all(sent);
    },
  };
}
