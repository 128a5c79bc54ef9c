import { systemClock } from '../../src/kernel/clock.js';
import type { InvalidationJournal } from '../../src/kernel/invalidation-journal.js';
import { HybridCaches } from '../../src/redis/cache/hybrid.caches.js';
import { TEST_KEYS } from '../support/encryption-keys.js';
import type { RedisInstance } from '../support/redis-instance.js';

export interface SetupOptions {
  readonly maxLocalEntries?: number;
  readonly callTimeoutMs?: number;
  readonly journal?: InvalidationJournal;
}

/** @param instance undefined: a process alone */
export async function startCaches(
  instance: RedisInstance | undefined,
  { maxLocalEntries = 100, callTimeoutMs = 1_000, journal }: SetupOptions = {},
): Promise<HybridCaches> {
  const options = {
    maxLocalEntries,
    maxLocalBytes: 10_000_000,
    // A busy machine is not a fault, unless the test is about one.
    callTimeoutMs,
    encryptionKeys: TEST_KEYS,
  };
  const caches = new HybridCaches(options, instance, systemClock, journal);
  await caches.start();
  return caches;
}
