import type { Redis } from 'ioredis';
import type { RedisClient } from '../../connection/create-client.js';

/**
 * What cache-manager-ioredis-yet gets for a client: the commands that it may send, and no others. It also knows
 * FLUSHDB and KEYS, and a SET without an end.
 *
 * What is read is only handed on if it is what it writes of Keyv's texts. It makes dates, patterns and even
 * functions of other strings.
 */
export function harmless(client: RedisClient): Redis {
  const commands = {
    get: async (key: string) => onlyTexts(await client.get(key)),
    mget: async (keys: string[]) => (await client.mget(keys)).map(onlyTexts),
    set: (key: string, text: string, _px: 'PX', ttlMs: number) =>
      client.set(key, text, 'PX', ttlMs),
  };
  return commands as unknown as Redis;
}

/** Keyv's text is that of an object, and the store's that of this string. */
function onlyTexts(stored: string | null): string | null {
  return stored?.startsWith('"{') ? stored : null;
}
