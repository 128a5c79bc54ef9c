// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { z } from 'zod';
import { importBuilt } from '../../../bench/harness/bourse.mjs';
import { startWorker } from './worker.mjs';

/** @typedef {{ variables: Record<string, string>, jobMs: number }} Context `jobMs`: how long a job takes before its effect */

const QUEUE = 'faults';

export const sides = {
  /**
   * The application as one worker process, with a queue more, whose jobs have an effect that can be counted: a row of
   * `fault_effects`, which nothing but {@link JobEffects} keeps from being written twice.
   * @param {Context} context
   */
  bourse: async ({ variables, jobMs }) => {
    /** @type {typeof import('../../../src/database/index.js')} */
    const { Database, JobEffects, Outbox } = await importBuilt('database/index.js');
    /** @type {typeof import('../../../src/redis/queues/index.js')} */
    const { defineJob, defineQueue, Queues, QueuesModule } =
      await importBuilt('redis/queues/index.js');
    const { sql } = await import('drizzle-orm');

    const queue = defineQueue({
      name: QUEUE,
      jobs: {
        act: defineJob({
          schema: z.object({ key: z.string() }),
          timeoutMs: 30_000,
          recovery: 'source',
        }),
      },
      attempts: 10,
      backoff: { delayMs: 100, maxDelayMs: 1_000 },
      concurrency: 8,
      rateLimit: null,
      retention: {
        completedMs: 3_600_000,
        completedCount: 10_000,
        failedMs: 3_600_000,
        failedCount: 10_000,
      },
      priority: 'normal',
    });

    class Acting {}
    Module({
      imports: [QueuesModule.forFeature([queue])],
      providers: [
        {
          provide: Symbol('processor'),
          inject: [Queues, Database, JobEffects],
          /**
           * @param {InstanceType<typeof Queues>} queues
           * @param {InstanceType<typeof Database>} database
           * @param {InstanceType<typeof JobEffects>} effects
           */
          useFactory: (queues, database, effects) => {
            queues.process(queue, {
              act: async ({ payload: { key } }) => {
                await database.sql.execute(
                  sql`insert into fault_attempts (key, pid) values (${key}, ${process.pid})`,
                );
                await sleep(jobMs / 2);
                await database.transaction((transaction) =>
                  effects.once(transaction, QUEUE, key, () =>
                    transaction.sql.execute(
                      sql`insert into fault_effects (key, pid) values (${key}, ${process.pid})`,
                    ),
                  ),
                );
                // Killed now, it is run again, with its effect on record.
                await sleep(jobMs / 2);
              },
            });
            queues.recover(queue, {
              act: async ({ id }) => {
                const found = await database.sql.execute(
                  sql`select key from fault_asks a where not exists (select 1 from fault_effects e where e.key = a.key)`,
                );
                const { rows } = /** @type {{ rows: { key: string }[] }} */ (found);
                for (const { key } of rows) {
                  await queues.add(queue, 'act', { key }, { id: `${key}-${id}` });
                }
                return rows.length;
              },
            });
          },
        },
      ],
    })(Acting);

    const app = await startWorker(variables, [Acting]);
    const database = app.get(Database);
    const outbox = app.get(Outbox);
    return {
      pid: () => process.pid,
      /** What is asked for is on record with its job, or not at all. @param {string} key */
      ask: (key) =>
        database.transaction(async (transaction) => {
          await transaction.sql.execute(sql`insert into fault_asks (key) values (${key})`);
          await outbox.addJob(transaction, queue, 'act', { key });
        }),
      /** Of the embedded database nobody else can ask. @param {string} text */
      query: async (text) => {
        const found = await database.sql.execute(sql.raw(text));
        return /** @type {{ rows: object[] }} */ (found).rows;
      },
      close: () => app.close(),
    };
  },
};
