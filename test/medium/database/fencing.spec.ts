import { sql } from 'drizzle-orm';
import { fence, type Database } from '../../../src/database/index.js';
import type { Lease } from '../../../src/kernel/lease.js';
import { MemoryLockManager } from '../../../src/redis/lock/memory.lock-manager.js';
import { DATABASES, type TestDatabaseHandle } from '../../support/databases.js';
import { Deferred } from '../../support/deferred.js';
import { leaseOf } from '../../support/leases.js';

const fenced = { kind: 'conflict', code: 'lock.fenced' };

describe.each(DATABASES)('a fence in $name', ({ open }) => {
  let handle: TestDatabaseHandle;
  let database: Database;
  beforeAll(async () => {
    handle = await open();
    database = handle.database;
    await database.sql.execute(sql`create table entries (writer text not null)`);
  }, 30_000);
  afterAll(() => handle?.close());
  beforeEach(async () => {
    await database.sql.execute(sql`delete from entries`);
    await database.sql.execute(sql`delete from lock_fences`);
  });

  /** Writes under leases. @param during what happens between the fence and the commit. */
  const write = (
    writer: string,
    leases: readonly Lease[],
    during: () => Promise<void> | void = () => undefined,
  ): Promise<void> =>
    database.transaction(async (transaction) => {
      await fence(transaction, ...leases);
      await transaction.sql.execute(sql`insert into entries values (${writer})`);
      await during();
    });
  const written = async (): Promise<unknown[]> => {
    const rows = await database.sql.execute(sql`select writer from entries order by ctid`);
    return (rows as { rows: { writer: string }[] }).rows.map(({ writer }) => writer);
  };

  it('lets a holder write as often as it likes, and the next one after it', async () => {
    const first = leaseOf('import:ada', 5n);
    await write('first', [first]);
    await write('first', [first]);
    await write('next', [leaseOf('import:ada', 6n)]);
    expect(await written()).toEqual(['first', 'first', 'next']);
  });

  it('refuses a holder once a newer one has written, and tells its lease', async () => {
    const older = leaseOf('import:ada', 5n);
    await write('newer', [leaseOf('import:ada', 6n)]);
    await expect(write('older', [older])).rejects.toMatchObject(fenced);
    expect(await written()).toEqual(['newer']);
    expect(older.signal.reason).toMatchObject(fenced);
    expect(() => older.throwIfLost()).toThrow(expect.objectContaining(fenced));
  });

  it('refuses a second holder with the same token', async () => {
    await write('one', [leaseOf('import:ada', 5n, 'one')]);
    await expect(write('two', [leaseOf('import:ada', 5n, 'two')])).rejects.toMatchObject(fenced);
    expect(await written()).toEqual(['one']);
  });

  it('knows of each resource by itself', async () => {
    await write('ada', [leaseOf('import:ada', 9n)]);
    await write('bob', [leaseOf('import:bob', 1n)]);
    expect(await written()).toEqual(['ada', 'bob']);
  });

  it('compares tokens as numbers, as large as they get', async () => {
    await write('nine', [leaseOf('import:ada', 9n)]);
    await write('most', [leaseOf('import:ada', 9_223_372_036_854_775_807n)]);
    await expect(
      write('one less', [leaseOf('import:ada', 9_223_372_036_854_775_806n)]),
    ).rejects.toMatchObject(fenced);
  });

  it('lets in nobody whose lease is over already', async () => {
    const lease = await new MemoryLockManager().using(
      'import',
      'ada',
      { ttlMs: 1_000 },
      async (own) => own,
    );
    await expect(write('too late', [lease])).rejects.toMatchObject({ code: 'lock.lost' });
    expect(await written()).toEqual([]);
  });

  it('is not raised by what was rolled back', async () => {
    const failing = write('newer', [leaseOf('import:ada', 6n)], () => {
      throw new Error('disk full');
    });
    await expect(failing).rejects.toThrow('disk full');
    await write('older', [leaseOf('import:ada', 5n)]);
    expect(await written()).toEqual(['older']);
  });

  it('lets the older one come first or not at all, whatever they do at the same time', async () => {
    const older = { entered: new Deferred<void>(), end: new Deferred<void>() };
    const first = write('older', [leaseOf('import:ada', 5n)], () => {
      older.entered.resolve();
      return older.end.promise;
    });
    await older.entered.promise;
    const second = write('newer', [leaseOf('import:ada', 6n)]);
    older.end.resolve();
    await Promise.all([first, second]);
    expect(await written()).toEqual(['older', 'newer']);

    const newer = { entered: new Deferred<void>(), end: new Deferred<void>() };
    const third = write('newest', [leaseOf('import:ada', 8n)], () => {
      newer.entered.resolve();
      return newer.end.promise;
    });
    await newer.entered.promise;
    const late = write('late', [leaseOf('import:ada', 7n)]);
    newer.end.resolve();
    await third;
    await expect(late).rejects.toMatchObject(fenced);
    expect(await written()).toEqual(['older', 'newer', 'newest']);
  });

  it('of several locks refuses all when one is refused, and never waits in a circle', async () => {
    await write('newer', [leaseOf('import:bob', 6n)]);
    const ada = leaseOf('import:ada', 5n);
    await expect(write('both', [ada, leaseOf('import:bob', 5n)])).rejects.toMatchObject(fenced);
    // Rolled back with the rest.
    await write('ada', [leaseOf('import:ada', 4n)]);
    expect(await written()).toEqual(['newer', 'ada']);

    const [a, b] = [leaseOf('import:ada', 7n), leaseOf('import:bob', 7n)];
    const crowd = Array.from({ length: 20 }, (_, i) => write('x', i % 2 === 0 ? [a, b] : [b, a]));
    await Promise.all(crowd);
    expect(await written()).toHaveLength(22);
  });

  it('refuses one holder of a process at most after its clock was set back: the next begins above it', async () => {
    const locks = new MemoryLockManager();
    // A token of the future: as the row looks to a process whose clock is behind.
    const future = 8_000_000_000_000_000n;
    await write('before', [leaseOf('import:ada', future)]);
    const import_ = (writer: string): Promise<void> =>
      locks.using('import', 'ada', { ttlMs: 1_000 }, (lease) => write(writer, [lease]));
    await expect(import_('refused once')).rejects.toMatchObject(fenced);
    await import_('and then not');
    expect(await written()).toEqual(['before', 'and then not']);
  });
});
