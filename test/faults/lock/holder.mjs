// @ts-check
/**
 * A process that holds the lock `import` of `ada`, for as long as it is let. Prints `held <token>`, then a line for each
 * write it tries every 20 ms: `written`, or the code that refused it. `blind` writes as one whose lease never says that
 * it is over: only the fence is left. `brief` writes once and gives the lock back. Without the lock it prints `refused <code>`;
 * either way `waited <ms>`, for how long it asked for it. It waits for `waitMs`, 20 s unless told.
 */
const [mode = '', waitMs = '20000'] = process.argv.slice(2);

/** @param {string} path */
const built = (path) => import(new URL(`../../../dist/${path}.js`, import.meta.url).href);

const { loadConfig } = await built('config/load-environment');
const { fence } = await built('database/fencing/fence');
const { openDatabase } = await built('database/open-database');
const { RedisConnections } = await built('redis/connection/redis-connections');
const { createKeyBuilder } = await built('redis/keys/redis-key');
const { RedisLockManager } = await built('redis/lock/redis.lock-manager');

const config = loadConfig();
const database = await openDatabase(config, () => undefined);
const connections = new RedisConnections(config);
await connections.waitUntilReady(connections.command);
const locks = new RedisLockManager(connections, createKeyBuilder(config.redis.keyPrefix));
/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`);
/** @typedef {import('../../../src/kernel/lease.js').Lease} Lease */

/** @param {Lease} lease @returns {Lease} */
function blind({ resource, holder, fencingToken }) {
  const { signal } = new AbortController();
  return { resource, holder, fencingToken, signal, throwIfLost() {}, refuse() {} };
}

/** @param {Lease} lease @returns {Promise<string>} */
async function write(lease) {
  try {
    await database.transaction(async (/** @type {any} */ transaction) => {
      await fence(transaction, lease);
      await transaction.sql.execute(
        `insert into lock_writes (token) values (${lease.fencingToken})`,
      );
    });
    return 'written';
  } catch (error) {
    return /** @type {{ code?: string }} */ (error).code ?? String(error);
  }
}

const options = { ttlMs: 1_000, waitMs: Number(waitMs) };
const askedAtMs = performance.now();
const sayWaited = () => say(`waited ${Math.round(performance.now() - askedAtMs)}`);
/** @param {Lease} lease */
const work = async (lease) => {
  sayWaited();
  say(`held ${lease.fencingToken}`);
  const own = mode === 'blind' ? blind(lease) : lease;
  if (mode === 'brief') return say(await write(own));
  // Until it is ended.
  for (;;) {
    say(await write(own));
    await new Promise((next) => setTimeout(next, 20));
  }
};
await locks
  .using('import', 'ada', options, work)
  .catch((/** @type {{ code?: string }} */ error) => {
    sayWaited();
    say(`refused ${error.code}`);
  });
await connections.onApplicationShutdown();
await database.close();
