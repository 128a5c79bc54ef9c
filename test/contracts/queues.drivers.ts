import { and, eq } from 'drizzle-orm';
import { jobsTable } from '../../src/database/jobs/jobs.table.js';
import type { KeyRing } from '../../src/kernel/secret-box.js';
import { parseConfig } from '../../src/config/config.js';
import { DatabaseJobStore } from '../../src/database/jobs/jobs.repository.js';
import { Correlation } from '../../src/kernel/correlation.js';
import { RedisConnections } from '../../src/redis/connection/redis-connections.js';
import { BullQueues } from '../../src/redis/queues/bullmq/bull-queues.js';
import { EmbeddedQueues } from '../../src/redis/queues/embedded/embedded-queues.js';
import { JobRunner } from '../../src/redis/queues/job-runner.js';
import type { QueueDefinition } from '../../src/redis/queues/queue-definition.js';
import type { QueueDriver } from '../../src/redis/queues/queue-driver.js';
import { QueueRegistry } from '../../src/redis/queues/queue-registry.js';
import { MemoryDeadLetters } from '../support/memory.dead-letters.js';
import { createTestRedisPrefix, testRedisUrl } from '../support/servers/index.js';
import { openTestDatabase, type DatabaseKind } from '../support/databases.js';

/** What one process of the application has: nothing of it is shared but the backend. */
export interface QueueProcess {
  readonly queues: QueueDriver;
  readonly correlation: Correlation;
  readonly deadLetters: MemoryDeadLetters;
  /** Of each attempt that has ended: how long its job had waited, if it was the first. */
  readonly waits: readonly (number | null)[];
  /** Begins to run jobs, as the application does in the roles that work. */
  start(): Promise<void>;
  /** As the application does when it ends; safe to repeat. */
  stop(graceMs?: number): Promise<void>;
}

/** A place where several processes meet: a database or a Redis. */
export interface QueueBackend {
  createProcess(...queues: QueueDefinition[]): QueueProcess;
  /** All that is kept of a job, as text. */
  stored(queue: string, id: string): Promise<string>;
  close(): Promise<void>;
}

type CreateDriver = (
  registry: QueueRegistry,
  correlation: Correlation,
  runner: JobRunner,
) => { queues: QueueDriver; close: () => Promise<void> };

export async function embeddedBackend(kind: DatabaseKind): Promise<QueueBackend> {
  const { database, close } = await openTestDatabase(kind);
  return backend(
    (registry, correlation, runner) => ({
      queues: new EmbeddedQueues(registry, correlation, runner, new DatabaseJobStore(database)),
      close: () => Promise.resolve(),
    }),
    async (queue, id) => {
      const ofJob = and(eq(jobsTable.queue, queue), eq(jobsTable.id, id));
      const rows = await database.sql.select().from(jobsTable).where(ofJob);
      return JSON.stringify(rows, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
    },
    close,
  );
}

/**
 * @param redis the variables that say where it is; by default the Redis of the test run.
 * @param close ends what was started for it alone.
 */
export async function bullBackend(
  redis: Readonly<Record<string, string>> = { REDIS_URL: testRedisUrl() },
  close: () => Promise<void> = () => Promise.resolve(),
): Promise<QueueBackend> {
  const prefix = createTestRedisPrefix();
  const config = parseConfig({ ...redis, REDIS_KEY_PREFIX: prefix });
  return backend(
    (registry, correlation, runner) => {
      const connections = new RedisConnections(config);
      return {
        queues: new BullQueues(registry, correlation, runner, connections, config),
        close: () => connections.onApplicationShutdown(),
      };
    },
    async (queue, id) => {
      const connections = new RedisConnections(config);
      const client = connections.create('queue');
      await connections.waitUntilReady(client);
      const stored = await client.hgetall(`{${prefix}}:q:${queue}:${id}`);
      await connections.onApplicationShutdown();
      return JSON.stringify(stored);
    },
    // The end of the test run removes the keys.
    close,
  );
}

const KEYS: KeyRing = [{ id: 'k1', secret: Buffer.alloc(32, 1).toString('base64') }];

function backend(
  createDriver: CreateDriver,
  stored: QueueBackend['stored'],
  close: () => Promise<void>,
): QueueBackend {
  const processes: QueueProcess[] = [];
  return {
    createProcess: (...definitions) => {
      const registry = new QueueRegistry(undefined, KEYS);
      for (const definition of definitions) registry.declare(definition);
      const correlation = new Correlation();
      const deadLetters = new MemoryDeadLetters();
      const runner = new JobRunner(registry, correlation, deadLetters);
      const waits: (number | null)[] = [];
      runner.onEnd(({ waitedMs }) => void waits.push(waitedMs));
      const driver = createDriver(registry, correlation, runner);
      let opened: Promise<void> | undefined;
      let ended: Promise<void> | undefined;
      const open = (): Promise<void> => (opened ??= driver.queues.open());
      const created: QueueProcess = {
        queues: driver.queues,
        correlation,
        deadLetters,
        waits,
        start: async () => {
          registry.assertComplete();
          await open();
          await driver.queues.start();
        },
        stop: (graceMs = 5_000) =>
          (ended ??= driver.queues.stop(graceMs).then(() => driver.close())),
      };
      processes.push(created);
      return created;
    },
    stored,
    close: async () => {
      await Promise.all(processes.map((process) => process.stop(0)));
      await close();
    },
  };
}
