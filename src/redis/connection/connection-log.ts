import type { Logger } from '@nestjs/common';
import type { RedisClient } from './create-client.js';

/**
 * Logs when a connection is lost and when it is back, once each: the retries between would be a
 * line every two seconds. Being an `error` listener, it also keeps a lost connection from ending
 * the process.
 */
export function watchConnection(client: RedisClient, name: string, logger: Logger): void {
  let state: 'unknown' | 'up' | 'down' = 'unknown';
  const isDown = (reason: string): void => {
    if (state === 'down') return;
    state = 'down';
    logger.warn(`${name} connection is down: ${reason}; retrying in the background`);
  };
  client.on('error', (error: Error) => isDown(reasonOf(error)));
  client.on('reconnecting', () => isDown('closed by the server'));
  client.on('ready', () => {
    if (state === 'down') logger.log(`${name} connection is back`);
    state = 'up';
  });
}

/** Connection errors of several addresses come as an AggregateError without a message. */
function reasonOf(error: Error & { code?: unknown }): string {
  if (error.message !== '') return error.message;
  return typeof error.code === 'string' ? error.code : error.name;
}
