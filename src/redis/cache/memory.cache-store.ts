import type { CacheStore, EntryKeys, StoredEntry } from './cache-store.js';

/** Nothing behind the process: the local tier is all there is. */
export class MemoryCacheStore implements CacheStore {
  async read(entries: readonly EntryKeys[]): Promise<readonly StoredEntry[]> {
    return entries.map(({ tagKeys }) => ({
      text: undefined,
      tagVersions: tagKeys.map(() => ''),
    }));
  }

  async ensureTags(tagKeys: readonly string[]): Promise<readonly string[]> {
    return tagKeys.map(() => '');
  }

  async write(): Promise<void> {}

  async remove(): Promise<void> {}

  async ping(): Promise<void> {}

  onInterruption(): void {}
}
