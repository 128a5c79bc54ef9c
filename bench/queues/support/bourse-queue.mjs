// @ts-check
/** @import { BenchQueue } from './queue-side.mjs' */
import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { z } from 'zod';
import { importBuilt } from '../../harness/bourse.mjs';
import { ATTEMPTS, BACKOFF, CONCURRENCY, JOB, KEPT, QUEUE } from './payload.mjs';

const MINUTE_MS = 60_000;
/** A machine that is busy with measuring answers late; no side gives up on Redis within a run. */
const PATIENT_TIMEOUT_MS = 10_000;

/**
 * The queues of the application in a process of it, without its domains. What the database keeps of jobs
 * (dead letters, figures every 15 s) is left out: nothing of it is on the way of a job that succeeds.
 * @param {string} redisUrl
 * @param {'api' | 'worker'} role only a worker runs jobs
 * @returns {Promise<BenchQueue>}
 */
export async function openBourseQueue(redisUrl, role) {
  /** @type {typeof import('../../../src/config/config.js')} */
  const { parseConfig } = await importBuilt('config/config.js');
  /** @type {typeof import('../../../src/config/config.module.js')} */
  const { ConfigModule } = await importBuilt('config/config.module.js');
  /** @type {typeof import('../../../src/kernel/clock.js')} */
  const { systemClock } = await importBuilt('kernel/clock.js');
  /** @type {typeof import('../../../src/kernel/correlation.js')} */
  const { Correlation } = await importBuilt('kernel/correlation.js');
  /** @type {typeof import('../../../src/kernel/dead-letters.js')} */
  const { DeadLetters } = await importBuilt('kernel/dead-letters.js');
  /** @type {typeof import('../../../src/kernel/job-figures.js')} */
  const { QueueFigures } = await importBuilt('kernel/job-figures.js');
  /** @type {typeof import('../../../src/kernel/queue-epochs.js')} */
  const { QueueEpochs } = await importBuilt('kernel/queue-epochs.js');
  /** @type {typeof import('../../../src/redis/connection/redis-connections.js')} */
  const { RedisConnections } = await importBuilt('redis/connection/redis-connections.js');
  /** @type {typeof import('../../../src/redis/queues/index.js')} */
  const { defineJob, defineQueue, Queues, QueueInspector, QueuesModule } =
    await importBuilt('redis/queues/index.js');

  const payload = z.object({
    n: z.number(),
    addedAt: z.number(),
    orderId: z.string(),
    note: z.string(),
  });
  const kept = { ms: KEPT.seconds * 1_000, count: KEPT.count };
  const queue = defineQueue({
    name: QUEUE,
    jobs: { [JOB]: defineJob({ schema: payload, timeoutMs: MINUTE_MS, recovery: 'none' }) },
    attempts: ATTEMPTS,
    backoff: BACKOFF,
    concurrency: CONCURRENCY,
    rateLimit: null,
    retention: {
      completedMs: kept.ms,
      completedCount: kept.count,
      failedMs: kept.ms,
      failedCount: kept.count,
    },
    priority: 'normal',
  });

  const settled = () => Promise.resolve();
  class Surroundings {}
  Global()(Surroundings);
  Module({
    providers: [
      { provide: DeadLetters, useValue: { record: settled, settle: settled } },
      { provide: QueueFigures, useValue: { add: settled } },
      { provide: QueueEpochs, useValue: { find: settled, save: settled } },
      RedisConnections,
    ],
    exports: [DeadLetters, QueueFigures, QueueEpochs, RedisConnections],
  })(Surroundings);
  /** @type {Parameters<BenchQueue['work']>[0]} */
  let processor = settled;
  class Bench {}
  Module({
    imports: [
      ConfigModule.forRoot({
        config: parseConfig({
          BOURSE_ROLE: role,
          DATABASE_URL: 'postgres://unused/unused',
          REDIS_URL: redisUrl,
          REDIS_COMMAND_TIMEOUT_MS: String(PATIENT_TIMEOUT_MS),
        }),
        clock: systemClock,
        correlation: new Correlation(),
      }),
      Surroundings,
      QueuesModule.forRoot(),
      QueuesModule.forFeature([queue]),
    ],
    providers: [
      {
        provide: Symbol('processor'),
        inject: [Queues],
        useFactory: (/** @type {InstanceType<typeof Queues>} */ all) =>
          all.process(queue, { [JOB]: ({ payload: one }) => processor(one) }),
      },
    ],
  })(Bench);

  const app = await NestFactory.createApplicationContext(Bench, { logger: ['error', 'warn'] });
  const queues = app.get(Queues);
  const inspector = app.get(QueueInspector);
  return {
    add: (one) => queues.add(queue, JOB, one),
    setPaused: (paused) => inspector.setPaused(queue.name, paused),
    work: async (process) => {
      processor = process;
    },
  };
}
