import '../support/quiet.js';
import { keyvApiTests, keyvNamespaceTest, keyvValueTests } from '@keyv/test-suite';
import { Keyv } from 'keyv';
import { httpCacheNamespace } from '../../src/redis/cache/http/cache-manager.js';
import type { HttpCacheStore } from '../../src/redis/cache/http/http-cache-store.js';
import { KeyvStore } from '../../src/redis/cache/http/keyv-store.js';
import { MemoryHttpCacheStore } from '../../src/redis/cache/http/memory.http-cache-store.js';
import { RedisHttpCacheStore } from '../../src/redis/cache/http/redis.http-cache-store.js';
import { openRedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { LEISURELY_MS } from './http-cache.contract.js';

/**
 * Keyv's own suite for stores, whole: what `keyvTestSuite` runs of it, in parts, as each has hooks of its own. It
 * is made for Vitest, of which it uses what Jest has too; Vitest itself, its coverage and SQLite, which it asks
 * for and does not load, are left out of the installation (`overrides` in package.json).
 *
 * Not run, as it is not about what the store is for:
 * - its tests of iterators: the store does not list its keys (see `KeyvStore`), and Keyv offers an iterator for
 *   stores of its own dialects only. `keyvTestSuite` leaves them out, too;
 * - its tests of compression, which are about compressors over a Map;
 * - the tests of cache-manager, which its package does not contain. What they are about is in http-cache.contract.ts.
 */
const PARTS = { api: keyvApiTests, values: keyvValueTests, namespaces: keyvNamespaceTest };

interface SuiteContext {
  readonly expect: typeof expect;
}

const runner = {
  beforeEach,
  afterEach,
  // With a parameter, Jest would wait for a callback to be called.
  it: (name: string, test: (context: SuiteContext) => unknown) =>
    it(name, async () => void (await test({ expect }))),
};

/** A store, and what all of its keys begin with. */
type Opened = readonly [store: HttpCacheStore, stem: string];

describe.each<[string, () => Promise<Opened>]>([
  ['memory', async () => [new MemoryHttpCacheStore(1_000), 'suite:']],
  [
    'redis',
    async () => {
      const { connections, keys } = await openRedisInstance(createTestRedisPrefix());
      const stem = `${httpCacheNamespace(keys)}:`;
      return [new RedisHttpCacheStore(connections.command, stem, LEISURELY_MS), stem];
    },
  ],
])('Keyv on the %s store', (_, open) => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await open();
  });

  describe.each(Object.entries(PARTS))('%s', (_part, describePart) => {
    describePart(runner, Keyv, () => new KeyvStore(...opened));
  });
});
