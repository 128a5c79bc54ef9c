/**
 * A process that writes behind, for tests that kill it: `write` writes for ever and prints each acknowledged write as
 * `<key> <page>`; `drain` flushes what waits and prints what the source has then, as JSON. Needs `npm run build`.
 */
import { sql } from 'drizzle-orm';

/** @param {string} path */
const built = (path) => import(new URL(`../../../dist/${path}.js`, import.meta.url).href);

const { loadConfig } = await built('config/load-environment');
const { openDatabase } = await built('database/open-database');
const { DatabasePendingWrites } = await built('database/writes/pending-writes.repository');
const { systemClock } = await built('kernel/clock');
const { defineCache } = await built('redis/cache/cache-definition');
const { defineWriteBehind } = await built('redis/cache/writing/write-behind-definition');
const { WriteBehinds } = await built('redis/cache/writing/write-behinds');
const { createKeyBuilder } = await built('redis/keys/redis-key');
const { createMemoryDrivers } = await built('redis/memory.drivers');

const KEYS = 5;
const [mode, durability = 'journaled'] = process.argv.slice(2);

const config = loadConfig();
const database = await openDatabase(config, () => undefined);
await database.migrate();
await database.sql.execute(
  sql`create table if not exists pages_read (key text primary key, page int not null, version bigint not null)`,
);

const { caches } = createMemoryDrivers(config, createKeyBuilder('test'), systemClock);
const behinds = new WriteBehinds(
  caches,
  new DatabasePendingWrites(database),
  config.encryptionKeys,
);
const behind = behinds.use(
  defineWriteBehind({
    name: 'test.pages',
    cache: defineCache({
      name: 'test.pages',
      namespace: 'general',
      key: (/** @type {string} */ id) => id,
      ttlMs: 60_000,
    }),
    flushEveryMs: 40,
    maxPending: 1_000,
    maxBatch: 3,
    // What a killed flush held comes free after three of these.
    writeTimeoutMs: 500,
    durability,
  }),
  async (/** @type {{ params: string, value: number, version: bigint }[]} */ writes) => {
    for (const { params, value, version } of writes) {
      await database.sql.execute(
        sql`insert into pages_read values (${params}, ${value}, ${version}) on conflict (key) do update
          set page = excluded.page, version = excluded.version where pages_read.version < excluded.version`,
      );
    }
  },
);

if (mode === 'write') {
  await Promise.all(
    Array.from({ length: KEYS }, async (_, i) => {
      for (let page = 1; ; page += 1) {
        await behind.write(`k${i}`, page);
        process.stdout.write(`k${i} ${page}\n`);
        await new Promise((next) => setTimeout(next, 2));
      }
    }),
  );
}
const { pending } = await behind.flush();
const { rows } = await database.sql.execute(sql`select key, page from pages_read`);
const pages = Object.fromEntries(
  rows.map((/** @type {{ key: string, page: number }} */ { key, page }) => [key, page]),
);
process.stdout.write(JSON.stringify({ pending, pages }));
await behinds.beforeApplicationShutdown();
await database.close();
