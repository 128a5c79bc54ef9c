import { randomUUID } from 'node:crypto';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { LuaScript } from '../scripts/lua-script.js';
import {
  RateLimiter,
  type RateLimitDecision,
  type RateLimitPolicy,
} from '../../kernel/rate-limiter.js';
import { checkConsumption } from './sliding-window.js';

/**
 * One count for all instances, by the clock of the Redis server. Rejects when Redis cannot be
 * asked.
 */
export class RedisRateLimiter extends RateLimiter {
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #consume = new LuaScript('rate-limit-consume');
  readonly #instance = randomUUID();
  #calls = 0;

  constructor(connections: RedisConnections, keys: KeyBuilder) {
    super();
    this.#connections = connections;
    this.#keys = keys;
  }

  override async consume(
    policy: RateLimitPolicy,
    subject: string,
    cost = 1,
  ): Promise<RateLimitDecision> {
    checkConsumption(policy, cost);
    const { name, limit, windowMs } = policy;
    this.#calls += 1;
    const reply = await this.#consume.run(
      this.#connections.command,
      [this.#keys.key('rl', name, subject)],
      [limit, windowMs, cost, `${this.#instance}:${this.#calls}`],
    );
    const [allowed, remaining, retryAfterMs, resetMs] = reply as [number, number, number, number];
    return { allowed: allowed === 1, limit, remaining, retryAfterMs, resetMs };
  }
}
