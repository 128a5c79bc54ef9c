// @ts-check
/**
 * A lock is taken, something is done under it, and it is given back; nobody else wants it. Ours counts fencing tokens,
 * keeps a queue, and extends the lease by itself; redis-semaphore extends too; redlock-universal runs by its `acquire`
 * and `release`, which spare it the timer of its own `using`. All have one ioredis connection and the same lease.
 */
import { Redis } from 'ioredis';
import { Mutex } from 'redis-semaphore';
import { createLock, IoredisAdapter } from 'redlock-universal';
import { openBourse } from '../harness/bourse.mjs';
import { inParallel } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { withRedis } from '../harness/redis.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';

/** @typedef {{ redisUrl: string, inFlight: number }} Context */
/** @typedef {(id: string, work: () => Promise<number>) => Promise<number | undefined>} TryLock */

const TTL_MS = 10_000;
/** More than are under way at once: no lock is asked for while it is held. */
const IDS = 1_000;
const VERIFIED = 20;
const PATIENT_TIMEOUT_MS = 10_000;

/**
 * The work, the same for all.
 * @param {Context} context
 * @param {TryLock} tryLock answers undefined when another has the lock
 */
function rateSide({ inFlight }, tryLock) {
  let asked = 0;
  let checksum = 0;
  const step = async () => {
    asked += 1;
    const done = await tryLock(`id-${asked % IDS}`, async () => 1);
    // A lock that was refused counts for nothing: the checksum shows it.
    checksum += done ?? 0;
  };
  return {
    fill: () => Promise.resolve(),
    /** While it is held nobody else gets it; given back, somebody does. */
    verify: async () => {
      const answers = [];
      for (let i = 0; i < VERIFIED; i += 1) {
        const id = `verified-${i}`;
        let inside;
        const outside = await tryLock(id, async () => {
          inside = await tryLock(id, async () => 2);
          return 1;
        });
        answers.push([outside, inside ?? 'refused', await tryLock(id, async () => 3)]);
      }
      return answers;
    },
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      checksum = 0;
      const done = await inParallel(inFlight, durationMs, step);
      return { ...done, checksum, loads: 0 };
    },
  };
}

export const sides = {
  /** @param {Context} context */
  bourse: async (context) => {
    const { locks } = await openBourse(context.redisUrl, {
      REDIS_COMMAND_TIMEOUT_MS: String(PATIENT_TIMEOUT_MS),
    });
    return rateSide(context, async (id, work) => {
      const outcome = await locks.tryUsing('bench', id, { ttlMs: TTL_MS }, work);
      return outcome.acquired ? outcome.value : undefined;
    });
  },
  /** @param {Context} context */
  'redlock-universal': (context) => {
    const adapter = new IoredisAdapter(new Redis(context.redisUrl));
    return rateSide(context, async (id, work) => {
      const lock = createLock({ adapter, key: `bench:${id}`, ttl: TTL_MS, retryAttempts: 0 });
      let handle;
      try {
        handle = await lock.acquire();
      } catch (error) {
        if (error instanceof Error && error.name === 'LockAcquisitionError') return undefined;
        throw error;
      }
      try {
        return await work();
      } finally {
        await lock.release(handle);
      }
    });
  },
  /** @param {Context} context */
  'redis-semaphore': (context) => {
    const client = new Redis(context.redisUrl);
    return rateSide(context, async (id, work) => {
      const mutex = new Mutex(client, `bench:${id}`, {
        lockTimeout: TTL_MS,
        acquireAttemptsLimit: 1,
      });
      if (!(await mutex.tryAcquire())) return undefined;
      try {
        return await work();
      } finally {
        await mutex.release();
      }
    });
  },
};

/** @param {string} name @param {number} inFlight @returns {import('../harness/case.mjs').BenchCase} */
function caseOf(name, inFlight) {
  return {
    name,
    about: `take a free lock and give it back, ${inFlight} under way, against redlock-universal and redis-semaphore`,
    run: ({ rounds, progress }) =>
      withRedis(({ url: redisUrl }) => {
        const context = { redisUrl, inFlight };
        const wanted = Object.keys(sides).map((side) => /** @type {const} */ ([side, context]));
        return withSides(import.meta.url, wanted, async (...started) => {
          const rates = await compareRates({
            sides: started,
            rounds,
            expected: Array.from({ length: VERIFIED }, () => [1, 'refused', 3]),
            startChecksum: () => (operations) => operations,
            progress,
          });
          return ['redlock-universal', 'redis-semaphore'].map((peer) =>
            ratioRow({
              name,
              peer: peerName(peer),
              unit: 'ops/s',
              better: 'higher',
              ours: rates.get('bourse') ?? [],
              theirs: rates.get(peer) ?? [],
              target: 1,
            }),
          );
        });
      }),
  };
}

export const acquireRelease = caseOf('acquire-release', 1);
export const acquireReleaseParallel = caseOf('acquire-release-64', 64);
