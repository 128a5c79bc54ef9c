import type { RedisOptions } from 'ioredis';

/**
 * What a connection is for. Each has its own wait rules, and its own socket: a blocked worker or a
 * subscriber never stands in the way of a request.
 *
 * - `command`: the request path. Never waits for Redis longer than one command time-out.
 * - `diagnostics`: what operators ask; fails as fast as `command`.
 * - `subscriber`: receives messages; sends nothing but subscriptions.
 * - `invalidation`: the same for the cache alone: no flood of other messages may hold it up.
 * - `queue`: adds and reads jobs, on the queue Redis; fails as fast as `command`.
 * - `worker`: takes jobs, on the queue Redis; blocking commands wait as long as they ask to.
 */
export type ConnectionPurpose =
  'command' | 'diagnostics' | 'subscriber' | 'invalidation' | 'queue' | 'worker';

export interface ConnectionTimeouts {
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

/**
 * A connection with commands under way that hears nothing for so long is dead, whatever TCP says.
 */
const SOCKET_TIMEOUT_MS = 5_000;
/** Above BullMQ's longest block (10 s), so that an idle worker is not taken for a dead one. */
const WORKER_SOCKET_TIMEOUT_MS = 20_000;
const MAX_RETRY_DELAY_MS = 2_000;
/** Workers resume within 3 s of Redis being back, and what they wait for after this is the rest of it. */
const MAX_WORKER_RETRY_DELAY_MS = 1_000;

/**
 * Exponential from 50 ms to `maxDelayMs`, the upper half of it random so that instances do not come back in
 * step. The cap is what decides how fast service resumes: BullMQ's own 20 s made it take 19 s, 2 s
 * took 1.5 s.
 */
export function retryDelayMs(
  attempt: number,
  maxDelayMs: number = MAX_RETRY_DELAY_MS,
  random: () => number = Math.random,
): number {
  const delayMs = Math.min(maxDelayMs, 25 * 2 ** Math.min(attempt, 10));
  return Math.round(delayMs / 2 + (delayMs / 2) * random());
}

/** The ioredis options that follow from the purpose; where to connect is added by the target. */
export function optionsFor(purpose: ConnectionPurpose, timeouts: ConnectionTimeouts): RedisOptions {
  const maxDelayMs = purpose === 'worker' ? MAX_WORKER_RETRY_DELAY_MS : MAX_RETRY_DELAY_MS;
  const retryStrategy = (attempt: number): number => retryDelayMs(attempt, maxDelayMs);
  const common: RedisOptions = {
    connectTimeout: timeouts.connectTimeoutMs,
    retryStrategy,
    sentinelRetryStrategy: retryStrategy,
    keepAlive: 10_000,
    // Kept on a timer even for a socket that is closed already: it would hold up the end of the
    // process.
    disconnectTimeout: 200,
    // After a failover the old primary answers READONLY until the client looks for the new one.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
    // A command that was cut off may have run: sending it again could count twice.
    autoResendUnfulfilledCommands: false,
  };
  switch (purpose) {
    case 'command':
    case 'diagnostics':
    case 'queue':
      return {
        ...common,
        enableOfflineQueue: false,
        // Nothing is sent again, so a command in flight fails with its connection, not a retry
        // later.
        maxRetriesPerRequest: 0,
        commandTimeout: timeouts.commandTimeoutMs,
        socketTimeout: SOCKET_TIMEOUT_MS,
      };
    case 'subscriber':
    case 'invalidation':
      return {
        ...common,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        socketTimeout: SOCKET_TIMEOUT_MS,
        // ioredis drops the promise of its own re-subscription: a failure there would end the
        // process.
        autoResubscribe: false,
      };
    case 'worker':
      return {
        ...common,
        // A worker waits for Redis for as long as it takes; BullMQ requires null.
        maxRetriesPerRequest: null,
        // Without it a blocked command would never settle after a loss; jobs are at least once anyway.
        autoResendUnfulfilledCommands: true,
        socketTimeout: WORKER_SOCKET_TIMEOUT_MS,
      };
  }
}
