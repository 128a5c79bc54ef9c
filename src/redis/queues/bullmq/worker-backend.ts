import {
  createIORedisClient,
  QueueKeys,
  RedisConnection,
  RedisQueueBackend,
  type BackendFactory,
  type IRedisClient,
} from 'bullmq';
import type { RedisClient } from '../../connection/create-client.js';

/**
 * The connection that the worker of a queue blocks on:
 *
 * - without a socket time-out. BullMQ ends a blocking command that outlives its time by a second itself,
 *   and ioredis 5.11.1 forgets the timer of a socket that closes: it keeps the process alive for up to
 *   20 s, or cuts the socket that came after it;
 * - not lazy: of a lazy connection BullMQ waits for the first attempt alone.
 */
export function blockingClient(client: RedisClient, prefix: string, queue: string): IRedisClient {
  const wrapped: IRedisClient = createIORedisClient(client);
  return wrapped.duplicate({
    // How BullMQ finds the workers of a queue in CLIENT LIST.
    connectionName: `${prefix}:${Buffer.from(queue).toString('base64')}`,
    socketTimeout: undefined,
    lazyConnect: false,
  });
}

/** BullMQ's own Redis backend of a worker, on connections that we have made. */
export function workerBackend(
  client: RedisClient,
  blocking: IRedisClient,
  prefix: string,
): BackendFactory<RedisQueueBackend> {
  return (name, opts) => {
    const queueKeys = new QueueKeys(prefix);
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
