import { createCache, type Cache } from 'cache-manager';
import { Keyv } from 'keyv';
import type { KeyBuilder } from '../../keys/redis-key.js';
import { DEFAULT_HTTP_TTL_MS, type HttpCacheStore } from './http-cache-store.js';
import { KeyvStore } from './keyv-store.js';

/** What the keys of the HTTP cache begin with, but for a colon. */
export function httpCacheNamespace(keys: KeyBuilder): string {
  return keys.key('cache', 'general', 'http');
}

/**
 * The `CACHE_MANAGER` of Nest's `CacheInterceptor`. Its key is the URL: only for answers that are
 * the same for everybody who may see them.
 *
 * Keyv stays between cache-manager and the store for its serializer: that of cache-manager-ioredis-yet would
 * give strings such as `_date_…` back as dates.
 */
export function createHttpCache(store: HttpCacheStore, keys: KeyBuilder): Cache {
  const keyv = new Keyv({
    store: new KeyvStore(store, `${httpCacheNamespace(keys)}:`),
    // Keyv takes a key that begins as its own prefix does for one that has it already, but not so in `getMany`.
    useKeyPrefix: false,
    namespace: '',
  });
  return createCache({ stores: [keyv], ttl: DEFAULT_HTTP_TTL_MS });
}
