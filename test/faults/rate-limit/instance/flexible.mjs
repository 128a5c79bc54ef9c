// @ts-check
/** @import { LimiterUnderTest, Policy, Target } from './bourse.mjs' */
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/**
 * rate-limiter-flexible as its documentation has it for an unreliable Redis: nothing is queued, calls have a bound (ours),
 * and an insurance in the process counts a share of the limit meanwhile.
 * @param {Target} target @param {Policy} policy @param {number} instances @returns {Promise<LimiterUnderTest>}
 */
export async function openFlexible({ address }, { limit, windowMs }, instances) {
  const storeClient = new Redis({
    ...address,
    enableOfflineQueue: false,
    commandTimeout: 200,
    maxRetriesPerRequest: 1,
    retryStrategy: () => 100,
  });
  storeClient.on('error', () => undefined);
  await new Promise((resolve) => storeClient.once('ready', resolve));
  const duration = windowMs / 1_000;
  const limiter = new RateLimiterRedis({
    storeClient,
    points: limit,
    duration,
    insuranceLimiter: new RateLimiterMemory({ points: Math.floor(limit / instances), duration }),
  });
  return {
    ask: async (subject, cost) => {
      try {
        await limiter.consume(subject, cost);
        return true;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return false;
        throw refusal;
      }
    },
    status: () => undefined,
    close: async () => storeClient.disconnect(),
  };
}
