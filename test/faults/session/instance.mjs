// @ts-check
/** One process of the application, as far as sessions go, that is asked all the time whose sessions these are. */
import { openBourse } from '../../../bench/session/support/stores.mjs';
import { nowMs, sleep } from '../time.mjs';

/** @typedef {{ redis: Record<string, string>, databaseUrl: string }} Context */
/** @typedef {{ userId: string, token: string }} OpenSession */

/**
 * What was answered about the sessions of one user, by a clock that all processes share.
 * @typedef {object} Seen
 * @property {number} lastLiveMs when the last question was asked that was answered with "live"; 0: none was
 * @property {number} firstEndedMs when the first "ended" was answered; Infinity: none was
 */

/** @typedef {{ answers: number, failed: number, maxMs: number, seen: Record<string, Seen> }} Report */

const IN_FLIGHT = 8;

export const sides = {
  /** @param {Context} context */
  instance: async (context) => {
    const sessions = await openBourse(context);
    /** @type {Report} */
    const report = { answers: 0, failed: 0, maxMs: 0, seen: {} };
    let isAsking = false;
    /** @type {Promise<unknown>} */
    let lanes = Promise.resolve();

    /** @param {OpenSession} session */
    const ask = async ({ userId, token }) => {
      const askedMs = nowMs();
      const seen = (report.seen[userId] ??= { lastLiveMs: 0, firstEndedMs: Infinity });
      try {
        const found = await sessions.validate(token);
        if (found === userId) seen.lastLiveMs = Math.max(seen.lastLiveMs, askedMs);
        else seen.firstEndedMs = Math.min(seen.firstEndedMs, nowMs());
      } catch {
        report.failed += 1;
      }
      report.answers += 1;
      report.maxMs = Math.max(report.maxMs, nowMs() - askedMs);
    };

    return {
      /** @param {string} userId */
      open: (userId) => sessions.open(userId),
      /** @param {string} userId */
      revokeAll: async (userId) => {
        await sessions.revokeAll(userId);
      },
      /** Whether it opens something now. @param {OpenSession} session */
      isLive: async ({ userId, token }) => (await sessions.validate(token)) === userId,
      /** @param {OpenSession[]} open */
      startAsking: (open) => {
        isAsking = true;
        let next = 0;
        const lane = async () => {
          while (isAsking) {
            next = (next + 1) % open.length;
            await ask(/** @type {OpenSession} */ (open[next]));
            // The machine is shared with two others like this one, and with the servers.
            await sleep(1);
          }
        };
        lanes = Promise.all(Array.from({ length: IN_FLIGHT }, lane));
      },
      stopAsking: async () => {
        isAsking = false;
        await lanes;
        return report;
      },
    };
  },
};
