import { lockKey } from '../../src/redis/lock/lock-turns.js';
import { eventually } from './eventually.js';
import type { RedisInstance } from './redis-instance.js';

/** Until exactly so many wait for the lock `import` of `id` in Redis. */
export function untilWaiting(
  { connections, keys }: RedisInstance,
  id: string,
  count: number,
): Promise<void> {
  const queue = `${lockKey(keys, `import:${id}`)}:queue`;
  return eventually(async () => expect(await connections.command.zcard(queue)).toBe(count));
}
