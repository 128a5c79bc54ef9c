import type { KeyBuilder } from '../keys/redis-key.js';

/** Where the version of a tag stands: beside the namespaces, none of which begins with `~`. */
export function tagKey(keys: KeyBuilder, tag: string): string {
  return keys.key('cache', '~tag', tag);
}
