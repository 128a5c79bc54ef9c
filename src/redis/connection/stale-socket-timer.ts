import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './create-client.js';

const TIMER = 'socketTimeoutTimer';

/**
 * ioredis 5.11 does not stop its `socketTimeout` timer when a connection is lost with a command
 * under way: 5 s later it destroys the next, healthy connection and fails what is under way there
 * (seen: ready at 245 ms, cut at 5,186 ms). Stops it. Where the field should be named otherwise one
 * day, this does nothing.
 */
export function stopStaleSocketTimers(client: RedisClient): void {
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => stopOnClose(node));
  } else {
    stopOnClose(client);
  }
}

function stopOnClose(client: Redis): void {
  client.on('close', () => {
    const timer: unknown = Reflect.get(client, TIMER);
    if (timer === undefined) return;
    clearTimeout(timer as NodeJS.Timeout);
    Reflect.set(client, TIMER, undefined);
  });
}
