import { DatabaseJobStore } from '../../src/database/jobs/jobs.repository.js';
import type { JobStore } from '../../src/kernel/job-store.js';
import { describeJobStore } from './job-store.contract.js';
import { openTestDatabase, type DatabaseKind } from '../support/databases.js';

describe.each<DatabaseKind>(['pglite', 'postgres'])('%s', (kind) => {
  let store: JobStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const opened = await openTestDatabase(kind);
    close = opened.close;
    store = new DatabaseJobStore(opened.database);
  });

  afterAll(() => close());

  describeJobStore(kind, () => store);

  const exclusive = kind === 'pglite';
  it(`${exclusive ? 'ends' : 'leaves'} leases that a process before this one may have left`, async () => {
    const job = {
      id: 'a',
      queue: 'orphans',
      name: 'job',
      payload: null,
      version: 1,
      dedupe: null,
      priority: 1,
      maxAttempts: 1,
    };
    await store.add({ ...job, delayMs: 0, correlationId: 'c' });
    await store.claim('orphans', 1, 60_000);
    expect(await store.endOrphanedLeases('orphans')).toBe(exclusive ? 1 : 0);
    expect(await store.claim('orphans', 1, 60_000)).toHaveLength(exclusive ? 1 : 0);
  });
});
