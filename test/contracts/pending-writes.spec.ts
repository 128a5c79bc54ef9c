import { DatabasePendingWrites } from '../../src/database/writes/pending-writes.repository.js';
import type { PendingWrites } from '../../src/kernel/pending-writes.js';
import { MemoryPendingWrites } from '../../src/redis/cache/writing/memory.pending-writes.js';
import { openTestDatabase, type DatabaseKind } from '../support/databases.js';
import { describePendingWritesContract } from './pending-writes.contract.js';

const memory = new MemoryPendingWrites();
describePendingWritesContract('memory', () => ({ here: memory, there: memory }));

describe.each<DatabaseKind>(['pglite', 'postgres'])('on %s', (kind) => {
  let store: PendingWrites;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const opened = await openTestDatabase(kind);
    close = opened.close;
    store = new DatabasePendingWrites(opened.database);
  });
  afterAll(() => close());

  describePendingWritesContract(kind, () => ({ here: store, there: store }));
});
