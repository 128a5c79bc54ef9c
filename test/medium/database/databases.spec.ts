import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type SQL } from 'drizzle-orm';
import { DataFolderLock } from '../../../src/database/data-folder-lock.js';
import type { Database } from '../../../src/database/index.js';
import { PgliteDatabase } from '../../../src/database/pglite.database.js';
import { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { DATABASES } from '../../support/databases.js';
import { createTestDatabase } from '../../support/servers/index.js';

/** Both drivers answer with `rows`; what they have in common does not say so. */
async function rowsOf(database: Database, query: SQL): Promise<unknown> {
  const answer: unknown = await database.sql.execute(query);
  return (answer as { rows: unknown }).rows;
}

describe.each(DATABASES)('transactions on $name', (kind) => {
  let database: Database;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ database, close } = await kind.open());
    await database.sql.execute(sql`create table notes (text text)`);
  });
  afterAll(() => close());

  it('run what waits for their commit after it, in order', async () => {
    const order: string[] = [];
    const result = await database.transaction(async (transaction) => {
      transaction.afterCommit(() => order.push('first'));
      transaction.afterCommit(() => order.push('second'));
      await transaction.sql.execute(sql`insert into notes values ('a')`);
      order.push('inside');
      return 42;
    });
    expect(result).toBe(42);
    expect(order).toEqual(['inside', 'first', 'second']);
  });

  it('keep nothing and tell nobody when they fail', async () => {
    const told: string[] = [];
    const failing = database.transaction(async (transaction) => {
      transaction.afterCommit(() => told.push('told'));
      await transaction.sql.execute(sql`insert into notes values ('lost')`);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const rows = await rowsOf(database, sql`select * from notes where text = 'lost'`);
    expect({ rows, told }).toEqual({ rows: [], told: [] });
  });

  it('apply a migration once', async () => {
    expect(await database.migrate()).toBe(0);
  });
});

describe('migrations on PostgreSQL', () => {
  it('are applied once by processes that start at the same moment', async () => {
    const { url, drop } = await createTestDatabase();
    const open = () =>
      new PostgresDatabase({
        url,
        poolSize: 2,
        connectTimeoutMs: 5_000,
        statementTimeoutMs: 5_000,
        onError: () => undefined,
      });
    const databases = [open(), open(), open()];
    const applied = await Promise.all(databases.map((database) => database.migrate()));
    expect(applied.filter((count) => count > 0)).toHaveLength(1);
    await Promise.all(databases.map((database) => database.close()));
    await drop();
  });
});

describe('PostgreSQL', () => {
  it('ends a statement that takes too long', async () => {
    const { url, drop } = await createTestDatabase();
    const database = new PostgresDatabase({
      url,
      poolSize: 1,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 200,
      onError: () => undefined,
    });
    await expect(database.sql.execute(sql`select pg_sleep(10)`)).rejects.toThrow();
    await database.ping();
    await database.close();
    await drop();
  });

  it('does not wait for ever for a free connection', async () => {
    const { url, drop } = await createTestDatabase();
    const database = new PostgresDatabase({
      url,
      poolSize: 1,
      connectTimeoutMs: 200,
      statementTimeoutMs: 5_000,
      onError: () => undefined,
    });
    await database.transaction(async () => {
      await expect(database.ping()).rejects.toThrow();
    });
    await database.close();
    await drop();
  });
});

describe('the data folder of the embedded database', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bourse-data-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has one user at a time', () => {
    const lock = DataFolderLock.acquire(folder);
    expect(() => DataFolderLock.acquire(folder)).toThrow(
      expect.objectContaining({ code: 'database.folder_locked' }),
    );
    lock.release();
    DataFolderLock.acquire(folder).release();
  });

  it('is free when a file of a dead process says otherwise', () => {
    writeFileSync(join(folder, 'bourse.lock'), '1\n');
    DataFolderLock.acquire(folder).release();
  });

  it('keeps what was written when it is opened again', async () => {
    const first = await PgliteDatabase.open(folder);
    await first.sql.execute(sql`create table notes (text text)`);
    await first.sql.execute(sql`insert into notes values ('kept')`);
    await expect(PgliteDatabase.open(folder)).rejects.toMatchObject({
      code: 'database.folder_locked',
    });
    await first.close();
    const second = await PgliteDatabase.open(folder);
    const rows = await rowsOf(second, sql`select text from notes`);
    expect(rows).toEqual([{ text: 'kept' }]);
    await second.close();
  });
});
