import type { CacheStore, StoredEntry } from './cache-store.js';

/** Nothing behind the process: the local tier is all there is. */
export class MemoryCacheStore implements CacheStore {
  async read(_key: string, tagKeys: readonly string[]): Promise<StoredEntry> {
    return { text: undefined, tagVersions: tagKeys.map(() => '') };
  }

  async ensureTags(tagKeys: readonly string[]): Promise<readonly string[]> {
    return tagKeys.map(() => '');
  }

  async write(): Promise<void> {}

  async remove(): Promise<void> {}
}
