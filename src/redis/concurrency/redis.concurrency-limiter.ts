import { Logger } from '@nestjs/common';
import {
  ConcurrencyLimiter,
  type ConcurrencyPolicy,
  type Permit,
} from '../../kernel/concurrency-limiter.js';
import { FaultLog } from '../../kernel/fault-log.js';
import { newId } from '../../kernel/ids.js';
import { within } from '../cache/store/store-gate.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { LuaScript } from '../scripts/lua-script.js';
import { LocalPlaces } from './local-places.js';

/** A place ends so long after it was last said that it is held: then its process has gone. */
const LEASE_MS = 15_000;
/** Whoever holds a place for longer has lost it by mistake: it is no longer held for him. */
const LONGEST_MS = 600_000;
/** After a failed call Redis is not asked for so long. */
const AWAY_MS = 1_000;

export interface RedisConcurrencyOptions {
  /** What a call to Redis may take. */
  readonly callTimeoutMs: number;
  /** Live processes, which have a share each while Redis is away. */
  readonly instances: () => number;
  readonly leaseMs?: number;
}

interface Held {
  readonly key: string;
  readonly sinceMs: number;
}

/**
 * Places that all processes share: a sorted set for each subject, of places by the moment at which they end. Those that are
 * held are said to be, again and again, so that a place outlives neither its process nor a Redis that was emptied.
 */
export class RedisConcurrencyLimiter extends ConcurrencyLimiter {
  readonly #faults = new FaultLog(new Logger('Concurrency'));
  readonly #enter = new LuaScript('in-flight-enter');
  readonly #keep = new LuaScript('in-flight-keep');
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #options: RedisConcurrencyOptions;
  readonly #leaseMs: number;
  /** What this process holds, by place. */
  readonly #held = new Map<string, Held>();
  readonly #places = new LocalPlaces();
  #awayUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(connections: RedisConnections, keys: KeyBuilder, options: RedisConcurrencyOptions) {
    super();
    this.#connections = connections;
    this.#keys = keys;
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
  }

  override async enter(
    { name, limit }: ConcurrencyPolicy,
    subject: string,
  ): Promise<Permit | undefined> {
    const key = this.#keys.key('rl', '{rl}', '~in-flight', name, subject);
    const place = newId();
    // Nobody has more places here than there are, also while the answer is on its way.
    if (!this.#places.take(key, limit)) return undefined;
    const isTaken = (await this.#ask(key, place, limit)) ?? this.#hasShare(key, limit);
    if (!isTaken) {
      this.#places.free(key);
      return undefined;
    }
    this.#held.set(place, { key, sinceMs: performance.now() });
    this.#timer ??= setInterval(() => void this.#keepAll(), this.#leaseMs / 3).unref();
    return { release: () => this.#release(place) };
  }

  /** @returns undefined: Redis does not say */
  async #ask(key: string, place: string, limit: number): Promise<boolean | undefined> {
    if (performance.now() < this.#awayUntilMs) return undefined;
    try {
      const args = [limit, place, this.#leaseMs];
      const answer = await within(
        this.#options.callTimeoutMs,
        this.#enter.run(this.#connections.command, [key], args),
      );
      return answer === 1;
    } catch (error) {
      this.#awayUntilMs = performance.now() + AWAY_MS;
      this.#faults.report('a place in flight in Redis', error);
      return undefined;
    }
  }

  #hasShare(key: string, limit: number): boolean {
    const share = Math.max(1, Math.floor(limit / this.#options.instances()));
    let held = 0;
    for (const one of this.#held.values()) if (one.key === key) held += 1;
    return held < share;
  }

  #release(place: string): void {
    const held = this.#held.get(place);
    if (held === undefined) return;
    this.#held.delete(place);
    this.#places.free(held.key);
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    // Where that fails the place ends by itself.
    this.#connections.command.zrem(held.key, place).catch((error: unknown) => {
      this.#faults.report('the end of a place in flight in Redis', error);
    });
  }

  async #keepAll(): Promise<void> {
    const byKey = new Map<string, string[]>();
    for (const [place, { key, sinceMs }] of this.#held) {
      if (performance.now() - sinceMs > LONGEST_MS) this.#release(place);
      else byKey.set(key, [...(byKey.get(key) ?? []), place]);
    }
    const kept = Array.from(byKey, ([key, places]) =>
      this.#keep.run(this.#connections.command, [key], [this.#leaseMs, ...places]),
    );
    await Promise.all(kept).catch((error: unknown) => {
      this.#faults.report('places in flight in Redis', error);
    });
  }
}
