/**
 * A process that owes Redis invalidations, for tests that kill it. `owe` caches a value under each key, prints `cached`,
 * waits until Redis is away, and drops one key after the other, printing each that is written down. `read` reads the keys of
 * its arguments as any process would, and prints as JSON what it got, with what is left in the journal. Needs
 * `npm run build`.
 */

/** @param {string} path */
const built = (path) => import(new URL(`../../../dist/${path}.js`, import.meta.url).href);

const { loadConfig } = await built('config/load-environment');
const { openDatabase } = await built('database/open-database');
const { DatabaseOwedNames } = await built('database/owed/owed-names.repository');
const { owedInvalidationsTable } = await built('database/owed/owed-names.table');
const { systemClock } = await built('kernel/clock');
const { defineCache } = await built('redis/cache/cache-definition');
const { RedisConnections } = await built('redis/connection/redis-connections');
const { createKeyBuilder } = await built('redis/keys/redis-key');
const { createRedisDrivers } = await built('redis/redis.drivers');

const KEYS = Array.from({ length: 200 }, (_, i) => `k${i}`);
const [mode, ...asked] = process.argv.slice(2);

const config = loadConfig();
const database = await openDatabase(config, () => undefined);
await database.migrate();
const journal = new DatabaseOwedNames(database, owedInvalidationsTable);
const connections = new RedisConnections(config);
const keys = createKeyBuilder(config.redis.keyPrefix);
const { caches } = await createRedisDrivers(config, connections, keys, systemClock, journal);
const cache = caches.use(
  defineCache({
    name: 'test.owing',
    namespace: 'general',
    key: (/** @type {string} */ key) => key,
    ttlMs: 600_000,
    tags: (/** @type {string} */ key) => [key],
  }),
);

/** @returns {Promise<readonly { name: string }[]>} */
const waiting = () => journal.waiting(KEYS.length);

if (mode === 'owe') {
  await cache.setMany(KEYS.map((key) => [key, 'old']));
  process.stdout.write('cached\n');
  while (caches.link().state !== 'detached') await new Promise((next) => setTimeout(next, 5));
  for (const [i, key] of KEYS.entries()) {
    await (i % 2 === 0 ? cache.delete(key) : caches.invalidateTags([key]));
    // Unless the database took longer than a change waits for it.
    if (
      (await waiting()).some((/** @type {{ name: string }} */ { name }) => name.endsWith(`:${key}`))
    ) {
      process.stdout.write(`${key}\n`);
    }
    await new Promise((next) => setTimeout(next, 2));
  }
  // Until it is killed.
  await new Promise((next) => setTimeout(next, 60_000));
}
const values = await Promise.all(
  asked.map((key) => cache.getOrSet(key, () => Promise.resolve('new'))),
);
const left = (await waiting()).length;
process.stdout.write(JSON.stringify({ values, left }));
await caches.close();
await connections.onApplicationShutdown();
await database.close();
