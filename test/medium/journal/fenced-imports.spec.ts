import '../../support/quiet.js';
import { eq } from 'drizzle-orm';
import { AppError } from '../../../src/kernel/app-error.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { Outbox, type Database } from '../../../src/database/index.js';
import { OutboxRepository } from '../../../src/database/outbox/outbox.repository.js';
import { outboxTable } from '../../../src/database/outbox/outbox.table.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { newId } from '../../../src/kernel/ids.js';
import type { Lease } from '../../../src/kernel/lease.js';
import { BatchStore } from '../../../src/modules/journal/imports/batch-store.js';
import { ImportFilesRepository } from '../../../src/modules/journal/imports/import-files.repository.js';
import { ImportLifecycle } from '../../../src/modules/journal/imports/import-lifecycle.js';
import { ImportRunner } from '../../../src/modules/journal/imports/import-runner.js';
import { ImportsRepository } from '../../../src/modules/journal/imports/imports.repository.js';
import {
  importsTable,
  type ImportRow,
} from '../../../src/modules/journal/imports/imports.table.js';
import { TradesRepository } from '../../../src/modules/journal/trades/trades.repository.js';
import { journalTradesTable } from '../../../src/modules/journal/trades/trades.table.js';
import { DatabaseOwedNames } from '../../../src/database/owed/owed-names.repository.js';
import { owedLiveResetsTable } from '../../../src/database/owed/owed-names.table.js';
import { LiveResets } from '../../../src/realtime/publishing/live-resets.js';
import { LivePublisher } from '../../../src/realtime/index.js';
import { MemoryPubSub } from '../../../src/redis/pubsub/memory.pub-sub.js';
import { DATABASES, type TestDatabaseHandle } from '../../support/databases.js';
import { leaseOf } from '../../support/leases.js';

const fenced = { kind: 'conflict', code: 'lock.fenced' };
const LINES = 600;

/** Lets something happen before lines are stored. */
class SlowBatches extends BatchStore {
  beforeStore: (run: ImportRow) => Promise<void> = async () => undefined;

  override async store(
    ...[run, batch, lease]: Parameters<BatchStore['store']>
  ): Promise<ImportRow | undefined> {
    await this.beforeStore(run);
    return super.store(run, batch, lease);
  }
}

/** The parts of one worker. */
function startWorker(database: Database) {
  const correlation = new Correlation();
  const imports = new ImportsRepository(database);
  const files = new ImportFilesRepository(database);
  const trades = new TradesRepository(database);
  const outbox = new Outbox(new OutboxRepository(database), correlation);
  const lifecycle = new ImportLifecycle(database, imports, files, trades, outbox, systemClock);
  const batches = new SlowBatches(database, imports, files, trades, systemClock);
  const pubSub = new MemoryPubSub(systemClock);
  const owed = new DatabaseOwedNames(database, owedLiveResetsTable);
  const live = new LivePublisher(pubSub, correlation, new LiveResets(pubSub, owed));
  const runner = new ImportRunner(lifecycle, files, batches, live);
  return { imports, files, lifecycle, batches, runner };
}
type Worker = ReturnType<typeof startWorker>;

describe.each(DATABASES)('an import in $name', ({ open }) => {
  let handle: TestDatabaseHandle;
  let worker: Worker;
  beforeAll(async () => {
    handle = await open();
    worker = startWorker(handle.database);
  }, 30_000);
  afterAll(() => handle?.close());
  beforeEach(() => {
    worker.batches.beforeStore = async () => undefined;
  });

  /** Waits to be run: more lines than one batch has. */
  async function queueImport(userId: string): Promise<string> {
    const line = (i: number): string =>
      `${new Date(Date.UTC(2024, 0, 1) + i * 3_600_000).toISOString()},S${i},buy,1,1.25`;
    const text = [
      'Date,Symbol,Side,Quantity,Price',
      ...Array.from({ length: LINES }, (_, i) => line(i)),
    ];
    const bytes = Buffer.from(`${text.join('\n')}\n`);
    const now = new Date();
    const row: ImportRow = {
      ...{ id: newId(), userId, fileName: 'a.csv', sizeBytes: bytes.length, format: 'generic' },
      ...{ status: 'queued', runs: 0, bytesRead: 0, rowsRead: 0, imported: 0, duplicates: 0 },
      ...{ skipped: 0, failed: 0, skippedReasons: {}, errors: [] },
      ...{ failureCode: null, failureMessage: null },
      ...{ version: 1, createdAt: now, updatedAt: now, finishedAt: null },
    };
    await handle.database.sql.insert(importsTable).values(row);
    await worker.files.addChunk(row.id, 0, bytes);
    return row.id;
  }

  const run = (importId: string, lease: Lease): Promise<void> =>
    worker.runner.run(importId, {
      lease,
      // As if the lease's own had no time to be heard: the fence alone stands.
      signal: new AbortController().signal,
      reportProgress: async () => undefined,
      isLastAttempt: true,
    });
  const stored = async (id: string) => {
    const { status, runs, rowsRead } = (await worker.imports.find(id)) ?? {};
    return { status, runs, rowsRead };
  };
  const tradesOf = (userId: string): Promise<number> =>
    handle.database.sql.$count(journalTradesTable, eq(journalTradesTable.userId, userId));

  it('is written by one who holds the lock of the user’s imports', async () => {
    const userId = newId();
    const id = await queueImport(userId);
    await run(id, leaseOf(`journal.import:${userId}`, 5n));
    expect(await stored(id)).toEqual({ status: 'done', runs: 1, rowsRead: LINES });
    expect(await tradesOf(userId)).toBe(LINES);
  });

  it('is told of by one stream, step by step', async () => {
    const userId = newId();
    const id = await queueImport(userId);
    await run(id, leaseOf(`journal.import:${userId}`, 5n));
    await worker.lifecycle.undo(userId, id);
    const told = await handle.database.sql
      .select({ topic: outboxTable.topic, payload: outboxTable.payload })
      .from(outboxTable)
      .where(eq(outboxTable.stream, `import:${id}`))
      .orderBy(outboxTable.seq);
    const statusOf = (payload: unknown) =>
      (payload as { import?: { status: string } }).import?.status;
    expect(told.map(({ topic, payload }) => statusOf(payload) ?? topic)).toEqual([
      'running',
      'journal.TradesImported',
      'done',
      'journal.ImportEnded',
      'journal.TradesRemoved',
      'undone',
    ]);
  });

  it('is written no further by one who lost the lock to another import of the user', async () => {
    const userId = newId();
    const [first, second] = [await queueImport(userId), await queueImport(userId)];
    const resource = `journal.import:${userId}`;
    // Pauses in the middle of its file, and wakes after the other has had the lock.
    worker.batches.beforeStore = async ({ id }) => {
      if (id !== first || (await stored(first)).rowsRead === 0) return;
      worker.batches.beforeStore = async () => undefined;
      await run(second, leaseOf(resource, 6n));
    };
    await expect(run(first, leaseOf(resource, 5n))).rejects.toMatchObject(fenced);
    const before = await stored(first);
    expect(before).toMatchObject({ status: 'running', runs: 1 });
    expect(before.rowsRead).toBeGreaterThan(0);
    expect(before.rowsRead).toBeLessThan(LINES);
    expect(await stored(second)).toMatchObject({ status: 'done' });
    // Whoever has the lock next goes on where it was left.
    await run(first, leaseOf(resource, 7n));
    expect(await stored(first)).toMatchObject({ status: 'done', runs: 2, rowsRead: LINES });
    expect(await tradesOf(userId)).toBe(LINES);
  });

  it('is neither begun, ended nor given up by one who lost the lock', async () => {
    const userId = newId();
    const [id, other] = [await queueImport(userId), await queueImport(userId)];
    const resource = `journal.import:${userId}`;
    const older = leaseOf(resource, 5n);
    const begun = await worker.lifecycle.begin(id, older);
    if (begun === undefined) throw new Error('not begun');
    await run(other, leaseOf(resource, 6n));
    const late = [
      () => worker.lifecycle.begin(id, leaseOf(resource, 5n, older.holder)),
      () => worker.lifecycle.finish(begun, leaseOf(resource, 5n, older.holder)),
      () =>
        worker.lifecycle.fail(
          begun,
          new AppError('unprocessable', 'journal.unreadable', 'no'),
          leaseOf(resource, 5n, older.holder),
        ),
    ];
    for (const step of late) await expect(step()).rejects.toMatchObject(fenced);
    expect(await stored(id)).toEqual({ status: 'running', runs: 1, rowsRead: 0 });
  });
});
