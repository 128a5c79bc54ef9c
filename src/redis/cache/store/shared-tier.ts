import type { InvalidationLog } from '../coherence/invalidation-log.js';
import type { Slot } from '../slot.js';
import type { CacheStore, NewEntry } from './cache-store.js';
import type { ReadBatch } from './read-batch.js';
import type { StoreGate } from './store-gate.js';
import { keepTags } from './tag-versions.js';

/** The parts behind a process that shares a store. */
export interface SharedTier {
  readonly store: CacheStore;
  readonly gate: StoreGate;
  readonly reads: ReadBatch;
  readonly log: InvalidationLog;
}

/** Stores an entry under a lease, and lets its tags live as long. @returns whether the lease held */
export async function storeUnder(
  { store }: SharedTier,
  { name, tags }: Slot,
  token: string,
  entry: NewEntry | undefined,
): Promise<boolean> {
  const [held] = await Promise.all([
    store.settle(name, token, entry),
    entry && keepTags(store, tags, entry.ttlMs),
  ]);
  return held;
}

/** Removes from the store, and then lets all others know: who hears of it must not find the older value there. */
export async function removeEverywhere(
  { store, log }: SharedTier,
  names: readonly string[],
): Promise<void> {
  const change = store.remove(names);
  // One connection keeps the order by itself; on a Cluster each node has its own.
  if (!store.keepsOrder) await change;
  await Promise.all([change, log.append(names)]);
}
