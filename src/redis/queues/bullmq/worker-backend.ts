import {
  createIORedisClient,
  QueueKeys,
  RedisConnection,
  RedisQueueBackend,
  type BackendFactory,
} from 'bullmq';
import type { RedisClient } from '../../connection/create-client.js';

/**
 * BullMQ's own Redis backend of a worker, with other settings for the connection that it blocks on:
 *
 * - no socket time-out. BullMQ ends a blocking command that outlives its time by a second itself, and
 *   ioredis 5.11.1 forgets the timer of a socket that closes: it keeps the process alive for up to 20 s,
 *   or cuts the socket that came after it.
 * - connects by itself: the first attempt of a lazy connection is the only one that BullMQ waits for.
 */
export function workerBackend(client: RedisClient, prefix: string): BackendFactory<RedisQueueBackend> {
  return (name, opts) => {
    const queueKeys = new QueueKeys(prefix);
    const blocking = createIORedisClient(client).duplicate({
      // How BullMQ finds the workers of a queue in CLIENT LIST.
      connectionName: `${prefix}:${Buffer.from(name).toString('base64')}`,
      socketTimeout: undefined,
      lazyConnect: false,
    });
    return new RedisQueueBackend(
      new RedisConnection(client, { shared: true, blocking: false }),
      name,
      queueKeys.getKeys(name),
      (type) => queueKeys.toKey(name, type),
      opts,
      new RedisConnection(blocking, { shared: false, blocking: true }),
    );
  };
}
