import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './create-client.js';

/**
 * Sends all commands of one turn of the event loop with one write, where ioredis writes each on its own: a system call
 * of some 20 µs and, at the other side, a read apiece. None waits for it: what has been written goes out as soon as the
 * promises of this turn have run, before the process looks for anything new.
 */
export function joinWrites(client: RedisClient): void {
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => joinOnConnect(node));
  } else {
    joinOnConnect(client);
  }
}

function joinOnConnect(client: Redis): void {
  client.on('connect', () => joinWritesOf(client.stream));
}

function joinWritesOf(stream: Redis['stream']): void {
  let corked = false;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  const uncork = (): void => {
    corked = false;
    stream.uncork();
  };
  stream.write = (...args: unknown[]): boolean => {
    if (!corked) {
      corked = true;
      stream.cork();
      process.nextTick(uncork);
    }
    return write(...args);
  };
}
