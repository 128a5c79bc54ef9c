import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite, type QueryOptions } from '@electric-sql/pglite';
import { sql, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { DataFolderLock } from '../../../src/database/data-folder-lock.js';
import { madeOnce, together, type Database, type Sql } from '../../../src/database/index.js';
import { PgliteDatabase } from '../../../src/database/pglite.database.js';
import { setParsersOnce } from '../../../src/database/pglite-parsers.js';
import { PgliteVacuum } from '../../../src/database/pglite-vacuum.js';
import { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { toProblemDetails } from '../../../src/http/index.js';
import { Deferred } from '../../support/deferred.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { DATABASES } from '../../support/databases.js';
import { createTestDatabase, createTestDataFolder } from '../../support/servers/index.js';

/** Both drivers answer with `rows`; what they have in common does not say so. */
async function rowsOf(database: Pick<Sql, 'execute'>, query: SQL): Promise<unknown> {
  const answer: unknown = await database.execute(query);
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
    const rows = await rowsOf(database.sql, sql`select * from notes where text = 'lost'`);
    expect({ rows, told }).toEqual({ rows: [], told: [] });
  });

  it('write nothing when they are snapshots', async () => {
    const writing = database.snapshot((connection) =>
      connection.execute(sql`insert into notes values ('w')`),
    );
    await expect(writing).rejects.toThrow();
    expect(await rowsOf(database.sql, sql`select * from notes where text = 'w'`)).toEqual([]);
  });

  it('run what is asked for together in its order', async () => {
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const rows = await database.transaction(async (transaction) => {
      await transaction.sql.execute(sql`create temporary table turns (id serial, n integer)`);
      await together(
        ...numbers.map((n) => transaction.sql.execute(sql`insert into turns (n) values (${n})`)),
      );
      return rowsOf(transaction.sql, sql`select n from turns order by id`);
    });
    expect(rows).toEqual(numbers.map((n) => ({ n })));
  });

  it('end what is asked for together before one of it that failed is told', async () => {
    let isLastAnswered = false;
    const failing = database.transaction(async (transaction) => {
      const last = async () => {
        await transaction.sql.execute(sql`select 1`);
      };
      await together(
        transaction.sql.execute(sql`select 1 / 0`),
        last().finally(() => (isLastAnswered = true)),
      );
    });
    await expect(
      failing.catch(({ cause }: Error) => Promise.reject(cause as Error)),
    ).rejects.toThrow('division by zero');
    expect(isLastAnswered).toBe(true);
    await database.ping();
  });

  it('answer the same from a statement that is made once, each with its own values', async () => {
    await database.sql.execute(sql`insert into notes values ('one'), ('two')`);
    const find = madeOnce<{ text: string }, { text: string }[]>((connection) =>
      connection
        .select({ text: sql<string>`text` })
        .from(sql`notes`)
        .where(sql`text = ${sql.placeholder('text')}`)
        .prepare('find-note'),
    );
    const read = (text: string) =>
      database.transaction((transaction) => find(transaction.sql, { text }));
    expect(await read('one')).toEqual([{ text: 'one' }]);
    expect(await read('two')).toEqual([{ text: 'two' }]);
    expect(await read('none')).toEqual([]);
  });

  it('answer moments and lists of numbers as text, also outside of one', async () => {
    const query = sql`
      select '2026-01-02'::date as day, '2026-01-02 03:04:05'::timestamp as moment,
        interval '1 day' as span, array['1.50'::numeric] as amounts, array['2026-01-02'::date] as days`;
    const row = {
      day: '2026-01-02',
      moment: '2026-01-02 03:04:05',
      span: '1 day',
      amounts: '{1.50}',
      days: '{2026-01-02}',
    };
    expect(await rowsOf(database.sql, query)).toEqual([row]);
    expect(await database.transaction(({ sql: inside }) => rowsOf(inside, query))).toEqual([row]);
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

describe('statements on PGlite', () => {
  it('bring no parsers with them: for each it would copy all that it has', async () => {
    const folder = createTestDataFolder();
    const client = await PGlite.create(join(folder.path, 'pglite'));
    const sent: unknown[] = [];
    const query = client.query.bind(client);
    Object.assign(client, {
      query: (text: string, values: unknown[], options: unknown) => {
        sent.push(options);
        return query(text, values, options as QueryOptions);
      },
    });
    setParsersOnce(client);
    await drizzle(client).execute(sql`select 1`);
    expect(sent).toEqual([{ rowMode: 'object' }]);
    await client.close();
    folder.remove();
  });
});

describe('PostgreSQL', () => {
  it('ends what takes too long, a statement or an idle transaction: neither is a fault of ours', async () => {
    const { url, drop } = await createTestDatabase();
    const ended = new Deferred<Error>();
    const database = new PostgresDatabase({
      url,
      poolSize: 1,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 200,
      onError: (error) => ended.resolve(error),
    });
    const statusOf = (failed: Promise<unknown>): Promise<number> =>
      failed.then(
        () => 200,
        (error: unknown) => toProblemDetails(error, '').status,
      );
    expect(await statusOf(database.sql.execute(sql`select pg_sleep(10)`))).toBe(504);
    const inTransaction = database.transaction(({ sql: connection }) =>
      connection.execute(sql`select pg_sleep(10)`),
    );
    expect(await statusOf(inTransaction)).toBe(504);
    const idle = database.transaction(async ({ sql: connection }) => {
      await connection.execute(sql`select 1`);
      throw await ended.promise;
    });
    expect(await statusOf(idle)).toBe(503);
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

describe('statements on PostgreSQL', () => {
  let database: PostgresDatabase;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const created = await createTestDatabase();
    ({ drop } = created);
    database = new PostgresDatabase({
      url: created.url,
      poolSize: 1,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 5_000,
      onError: () => undefined,
    });
  });
  afterAll(async () => {
    await database.close();
    await drop();
  });

  it('are prepared once they come again and again, and only then', async () => {
    for (let n = 0; n < 10; n += 1) {
      await database.sql.execute(sql`select ${n}::int + 1000 as often`);
    }
    await database.sql.execute(sql`select ${1}::int + 2000 as once`);
    const prepared = sql`select statement from pg_prepared_statements where statement like '%000 as %'`;
    expect(await rowsOf(database.sql, prepared)).toEqual([
      { statement: 'select $1::int + 1000 as often' },
    ]);
  });

  it('that failed unheard undo their transaction, and it says so', async () => {
    await database.sql.execute(sql`create table kept (n integer)`);
    const told: string[] = [];
    const failing = database.transaction(async (transaction) => {
      transaction.afterCommit(() => told.push('told'));
      await transaction.sql.execute(sql`insert into kept values (1)`);
      await expect(transaction.sql.execute(sql`select 1 / 0`)).rejects.toThrow();
    });
    await expect(failing).rejects.toThrow('undone');
    expect({ rows: await rowsOf(database.sql, sql`select * from kept`), told }).toEqual({
      ...{ rows: [], told: [] },
    });
  });
});

describe('a snapshot on PostgreSQL', () => {
  it('sees the same in all its reads, whatever is committed between them', async () => {
    const { url, drop } = await createTestDatabase();
    const database = new PostgresDatabase({
      url,
      poolSize: 2,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 5_000,
      onError: () => undefined,
    });
    await database.sql.execute(sql`create table cash (usd int)`);
    await database.sql.execute(sql`insert into cash values (100)`);
    const seen = await database.snapshot(async (connection) => {
      const first = await rowsOf(connection, sql`select usd from cash`);
      await database.sql.execute(sql`update cash set usd = 0`);
      return [first, await rowsOf(connection, sql`select usd from cash`)];
    });
    expect(seen).toEqual([[{ usd: 100 }], [{ usd: 100 }]]);
    expect(await rowsOf(database.sql, sql`select usd from cash`)).toEqual([{ usd: 0 }]);
    await database.close();
    await drop();
  });
});

describe('PostgreSQL that goes away', () => {
  const POOL = 3;
  let url: string;
  let drop: () => Promise<void>;
  let database: PostgresDatabase;
  const open = (at: string) =>
    new PostgresDatabase({
      url: at,
      poolSize: POOL,
      connectTimeoutMs: 500,
      statementTimeoutMs: 200,
      onError: () => undefined,
    });

  beforeEach(async () => {
    ({ url, drop } = await createTestDatabase());
  });
  afterEach(async () => {
    await database.close();
    await drop();
  });

  it('in the middle of transactions ends those, and neither the process nor the pool', async () => {
    database = open(url);
    for (let round = 0; round < POOL * 2; round += 1) {
      const dying = database.transaction(async ({ sql: connection }) => {
        const pid = await rowsOf(connection, sql`select pg_backend_pid() as pid`);
        await database.sql.execute(
          sql`select pg_terminate_backend(${(pid as [{ pid: number }])[0].pid})`,
        );
        await connection.execute(sql`select 1`);
      });
      await expect(dying).rejects.toThrow();
    }
    await database.transaction(({ sql: connection }) => connection.execute(sql`select 1`));
  });

  it('while transactions begin costs no connection of the pool', async () => {
    const proxy = new TcpProxy(url);
    await proxy.up();
    database = open(proxy.url);
    await database.ping();
    for (let round = 0; round < 2; round += 1) {
      proxy.freeze();
      const begun = Array.from({ length: POOL }, () =>
        database.transaction(() => Promise.resolve()),
      );
      const outcomes = await Promise.allSettled(begun);
      expect(outcomes.map(({ status }) => status)).toEqual(Array(POOL).fill('rejected'));
      await proxy.down();
      await proxy.up();
    }
    const held = Array.from({ length: POOL }, () =>
      database.transaction(({ sql: connection }) => connection.execute(sql`select 1`)),
    );
    await Promise.all(held);
    await proxy.down();
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
    const rows = await rowsOf(second.sql, sql`select text from notes`);
    expect(rows).toEqual([{ text: 'kept' }]);
    await second.close();
  });
});

describe('the vacuum of PGlite', () => {
  let client: PGlite;
  let vacuum: PgliteVacuum;
  beforeAll(async () => {
    client = await PGlite.create();
    vacuum = new PgliteVacuum(client);
    await client.exec(`create table "Often changed" (id int primary key, note text);
      create table quiet (id int primary key);
      insert into "Often changed" select i, 'first' from generate_series(1, 1000) i;`);
    await vacuum.run();
  });
  afterAll(() => client.close());

  const change = (rows: number) =>
    client.exec(`update "Often changed" set note = reverse(note) where id <= ${rows}`);
  const pages = async () =>
    (await client.query(`select pg_relation_size('"Often changed"') as bytes`)).rows;

  it('gives the room of old rows free, so that a table that changes does not grow for ever', async () => {
    await change(1_000);
    expect(await vacuum.run()).toEqual(['public."Often changed"']);
    await change(1_000);
    await vacuum.run();
    const before = await pages();
    for (let round = 0; round < 5; round += 1) {
      await change(1_000);
      await vacuum.run();
    }
    expect(await pages()).toEqual(before);
  });

  it('tells the planner how many rows there are, and leaves alone what hardly changed', async () => {
    const { rows } = await client.query(
      `select reltuples from pg_class where relname = 'Often changed'`,
    );
    expect(rows).toEqual([{ reltuples: 1_000 }]);
    expect(await vacuum.run()).toEqual([]);
    await change(50);
    expect(await vacuum.run()).toEqual([]);
  });

  it('waits for the transaction under way', async () => {
    await change(1_000);
    const events: string[] = [];
    const done = client.transaction(async (transaction) => {
      events.push('begun');
      await transaction.query('select 1');
      await new Promise((resolve) => setImmediate(resolve));
      events.push('committed');
    });
    await Promise.all([done, vacuum.run().then(() => events.push('vacuum'))]);
    expect(events).toEqual(['begun', 'committed', 'vacuum']);
  });
});
