import '../../support/quiet.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { defineJob } from '../../../src/redis/queues/job-definition.js';
import { MemoryDeadLetters } from '../../support/memory.dead-letters.js';
import { DatabaseJobStore } from '../../../src/database/jobs/jobs.repository.js';
import { PgliteDatabase } from '../../../src/database/pglite.database.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import type { JobClaim, JobStore, StoredJob } from '../../../src/kernel/job-store.js';
import { EmbeddedQueues } from '../../../src/redis/queues/embedded/embedded-queues.js';
import { EmbeddedWorker } from '../../../src/redis/queues/embedded/embedded-worker.js';
import { JobRunner } from '../../../src/redis/queues/job-runner.js';
import { defineQueue, type QueueDefinition } from '../../../src/redis/queues/queue-definition.js';
import { QueueRegistry } from '../../../src/redis/queues/queue-registry.js';
import type { Job } from '../../../src/redis/queues/queues.js';
import { openTestDatabase, type TestDatabaseHandle } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';

const LEASE_MS = 300;
const queue = defineQueue({
  name: 'mail',
  jobs: { send: defineJob({ schema: z.object({}), recovery: 'none', timeoutMs: 60_000 }) },
  attempts: 3,
  backoff: { delayMs: 10, maxDelayMs: 10 },
  concurrency: 2,
  rateLimit: null,
  retention: { completedMs: 60_000, completedCount: 2, failedMs: 60_000, failedCount: 1 },
  priority: 'normal',
});

/** The store, cut off when a test says so. */
class BreakableStore extends DatabaseJobStore {
  away = false;

  override claim(...args: Parameters<JobStore['claim']>): Promise<StoredJob[]> {
    return this.away ? Promise.reject(new Error('away')) : super.claim(...args);
  }

  override extend(claim: JobClaim, leaseMs: number): Promise<'held' | 'lost' | 'cancelled'> {
    return this.away ? Promise.reject(new Error('away')) : super.extend(claim, leaseMs);
  }

  override complete(...args: Parameters<JobStore['complete']>): Promise<boolean> {
    return this.away ? Promise.reject(new Error('away')) : super.complete(...args);
  }
}

describe('EmbeddedWorker', () => {
  let jobs: TestDatabaseHandle;
  let store: BreakableStore;
  const workers: EmbeddedWorker[] = [];

  beforeAll(async () => {
    jobs = await openTestDatabase('pglite');
  });

  beforeEach(async () => {
    store = new BreakableStore(jobs.database);
    for (const state of ['waiting', 'delayed', 'completed', 'failed'] as const) {
      await store.clean(queue.name, state, 0, 0);
    }
  });

  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
  });

  afterAll(() => jobs.close());

  function start(process: (job: Job<unknown>) => Promise<unknown>): EmbeddedWorker {
    const worker = new EmbeddedWorker(queue, store, runnerOf(queue, process), {
      leaseMs: LEASE_MS,
    });
    workers.push(worker);
    worker.start();
    return worker;
  }

  const add = (id: string): Promise<string> =>
    store.add({
      id,
      queue: queue.name,
      name: 'send',
      payload: {},
      version: 1,
      priority: 1,
      maxAttempts: 3,
      delayMs: 0,
      correlationId: 'c',
      dedupe: null,
    });

  const stateOf = async (id: string) => (await store.find(queue.name, id))?.state;

  it('keeps a job that runs longer than its lease for itself', async () => {
    const runs: string[] = [];
    const process = async ({ id }: Job<unknown>): Promise<void> => {
      runs.push(id);
      await delay(4 * LEASE_MS);
    };
    await add('long');
    start(process);
    start(process);
    await eventually(async () => expect(await stateOf('long')).toBe('completed'));
    expect(runs).toEqual(['long']);
  });

  it('gives up its job once another worker could have it, and leaves that one alone', async () => {
    await add('lost');
    let aborted: unknown;
    start(async ({ signal }) => {
      store.away = true;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      aborted = signal.reason;
      return 'late';
    });
    await eventually(() => expect(store.away).toBe(true));
    const elsewhere = new DatabaseJobStore(jobs.database);
    const taken = await eventually(async () => {
      const [job] = await elsewhere.claim(queue.name, 1, 60_000);
      if (job === undefined) throw new Error('still leased');
      return job;
    });
    await eventually(() => expect(aborted).toMatchObject({ code: 'queue.claim_lost' }));
    store.away = false;
    await delay(700);
    expect(await store.find(queue.name, 'lost')).toMatchObject({
      state: 'active',
      claimNumber: taken.claimNumber,
    });
    await elsewhere.complete(taken, 'in time');
  });

  it('reports a result that the store did not take at first', async () => {
    await add('done');
    start(async () => {
      // Shorter than the lease.
      store.away = true;
      setTimeout(() => (store.away = false), LEASE_MS / 3);
      return 'result';
    });
    await eventually(async () => expect(await stateOf('done')).toBe('completed'));
    expect(await store.find(queue.name, 'done')).toMatchObject({
      attemptsMade: 1,
      result: 'result',
    });
  });

  it('goes on when the store is back', async () => {
    store.away = true;
    const done: string[] = [];
    start(async ({ id }) => done.push(id));
    await add('later');
    await delay(100);
    expect(done).toEqual([]);
    store.away = false;
    await eventually(() => expect(done).toEqual(['later']));
  });

  it('keeps the declared number of finished jobs, the latest', async () => {
    for (const id of ['a', 'b', 'c', 'd']) {
      await add(id);
      const [claimed] = await store.claim(queue.name, 1, 60_000);
      if (claimed !== undefined) await store.complete(claimed, null);
    }
    start(async () => undefined);
    await eventually(async () => {
      const kept = await store.list(queue.name, ['completed'], 0, 10);
      expect(kept.map((job) => job.id)).toEqual(['d', 'c']);
    });
  });

  it('finds within about a second what another process added', async () => {
    const done: string[] = [];
    start(async ({ id }) => done.push(id));
    await delay(50);
    await add('from elsewhere');
    await eventually(() => expect(done).toEqual(['from elsewhere']));
  });
});

it('runs a job again at once after a crash, when the database was for one process alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-jobs-'));
  try {
    const before = await PgliteDatabase.open(folder);
    await before.migrate();
    const left = new DatabaseJobStore(before);
    await left.add({
      id: 'a',
      queue: queue.name,
      name: 'send',
      payload: {},
      version: 1,
      priority: 1,
      maxAttempts: 3,
      delayMs: 0,
      correlationId: 'c',
      dedupe: null,
    });
    await left.claim(queue.name, 1, 3_600_000);
    await before.close();

    const after = await PgliteDatabase.open(folder);
    const registry = new QueueRegistry();
    registry.declare(queue);
    const attempts: number[] = [];
    registry.register(queue, { send: async ({ attempt }) => attempts.push(attempt) });
    const correlation = new Correlation();
    const queues = new EmbeddedQueues(
      registry,
      correlation,
      new JobRunner(registry, correlation, new MemoryDeadLetters()),
      new DatabaseJobStore(after),
    );
    await queues.start();
    await eventually(() => expect(attempts).toEqual([1]));
    await queues.stop(1_000);
    await after.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function runnerOf(
  definition: QueueDefinition,
  process: (job: Job<unknown>) => Promise<unknown>,
): JobRunner {
  const registry = new QueueRegistry();
  registry.declare(definition);
  registry.register(definition, { send: process });
  return new JobRunner(registry, new Correlation(), new MemoryDeadLetters());
}
