// @ts-check
/** @import { BenchQueue } from './queue-side.mjs' */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { ATTEMPTS, BACKOFF, CONCURRENCY, JOB, KEPT, QUEUE } from './payload.mjs';

/**
 * BullMQ as its documentation sets it up, with what ours sets too: attempts, back-off, jobs kept.
 * @param {string} redisUrl
 * @param {number} priority 0: none, BullMQ's plain list
 * @returns {Promise<BenchQueue>}
 */
export async function openBareQueue(redisUrl, priority) {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const keep = { age: KEPT.seconds, count: KEPT.count };
  const queue = new Queue(QUEUE, {
    connection,
    prefix: 'bare',
    defaultJobOptions: {
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: BACKOFF.delayMs },
      removeOnComplete: keep,
      removeOnFail: keep,
    },
  });
  await queue.waitUntilReady();
  return {
    add: (payload) => queue.add(JOB, payload, { priority }),
    setPaused: (paused) => (paused ? queue.pause() : queue.resume()),
    work: async (process) => {
      const worker = new Worker(QUEUE, (job) => process(job.data), {
        connection,
        prefix: 'bare',
        concurrency: CONCURRENCY,
      });
      await worker.waitUntilReady();
    },
  };
}
