import type { InvalidationLog } from '../coherence/invalidation-log.js';
import type { Slot, Write } from '../slot.js';
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

/** What its process knows of the writes of a batch. */
export interface WriterView {
  /** Whether nothing newer is known than a write. */
  isCurrent(slot: Slot): boolean;
  /** Drops in the process what may have been read from the store meanwhile. */
  drop(names: readonly string[]): void;
}

/**
 * Replaces in the store, and then lets all others know, in one round trip where one connection keeps the order. What is
 * not current any more is removed instead: something newer came first, or will.
 * @param untilMs on the monotonic clock: up to it, it may take effect
 */
export async function replaceEverywhere(
  { store, log }: SharedTier,
  writes: readonly Write[],
  untilMs: number,
  view: WriterView,
): Promise<void> {
  const names = writes.map(({ slot }) => slot.name);
  const kept = writes.filter(({ slot, entry }) => entry !== undefined && view.isCurrent(slot));
  const keptNames = new Set(kept.map(({ slot }) => slot.name));
  const gone = names.filter((name) => !keptNames.has(name));
  const entries = kept.flatMap(({ entry }) => entry ?? []);
  const change = Promise.all([
    entries.length === 0 || store.replace(entries, untilMs),
    gone.length > 0 && store.remove(gone),
    ...kept.map(({ slot, entry }) => entry && keepTags(store, slot.tags, entry.ttlMs)),
  ]);
  if (store.keepsOrder) {
    const [[inOrder]] = await Promise.all([change, log.append(names)]);
    if (inOrder) return;
  } else await change;
  // Who wrote after us may have come before us.
  const overtaken = kept.filter(({ slot }) => !view.isCurrent(slot)).map(({ slot }) => slot.name);
  if (overtaken.length > 0) {
    await store.remove(overtaken);
    view.drop(overtaken);
  }
  await log.append(names);
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
