import { Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { FaultLog } from '../../../kernel/fault-log.js';
import type { RedisConnections } from '../../connection/redis-connections.js';
import type { KeyBuilder } from '../../keys/redis-key.js';
import { LuaScript } from '../../scripts/lua-script.js';
import { checkCounter, checkStep, overflow, type CounterDefinition } from './counter-definition.js';
import { Counters, type Counter } from './counters.js';

/** For so long a Redis that failed is not asked by counters that have a fallback: a frozen one costs its time-out once. */
const RETRY_MS = 1_000;

/** One count for all instances: one round trip each, by the clock of the Redis server. */
export class RedisCounters extends Counters {
  readonly #faults = new FaultLog(new Logger('Counters'));
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #local: Counters;
  readonly #increment = new LuaScript('counter-increment');
  #askedFromMs = 0;

  /** @param local counts while Redis is away, for counters that are declared so */
  constructor(connections: RedisConnections, keys: KeyBuilder, local: Counters) {
    super();
    this.#connections = connections;
    this.#keys = keys;
    this.#local = local;
  }

  override use<Params>(definition: CounterDefinition<Params>): Counter<Params> {
    checkCounter(definition);
    const { name, namespace, ttlMs, fallback = 'refuse' } = definition;
    // Beside the namespaces of the cache, none of which begins with `~`: no invalidation of values ends a count.
    const keyOf = (params: Params) =>
      this.#keys.key('cache', '~count', namespace, definition.key(params));
    const local = fallback === 'local' ? this.#local.use(definition) : undefined;
    const ask = <T>(inRedis: () => Promise<T>, here: (counter: Counter<Params>) => Promise<T>) =>
      this.#ask(name, inRedis, local && (() => here(local)));
    return {
      increment: async (params, by = 1) => {
        checkStep(name, by);
        const key = keyOf(params);
        const count = await ask(
          () => this.#increment.run(this.#connections.command, [key], [by, ttlMs]),
          (counter) => counter.increment(params, by),
        );
        if (typeof count !== 'number') throw overflow(name);
        return count;
      },
      get: (params) =>
        ask(
          async () => Number((await this.#connections.command.get(keyOf(params))) ?? 0),
          (counter) => counter.get(params),
        ),
      reset: async (params) => {
        // Also here: what was counted during an outage must not come back in the next.
        await local?.reset(params);
        await ask(
          async () => {
            await this.#connections.command.unlink(keyOf(params));
          },
          (counter) => counter.reset(params),
        );
      },
    };
  }

  async #ask<T>(
    name: string,
    inRedis: () => Promise<T>,
    here: (() => Promise<T>) | undefined,
  ): Promise<T> {
    if (here !== undefined && performance.now() < this.#askedFromMs) return here();
    try {
      return await inRedis();
    } catch (cause) {
      this.#askedFromMs = performance.now() + RETRY_MS;
      if (here === undefined) throw unavailable(name, cause);
      this.#faults.report(`counter ${name} in Redis`, cause);
      return here();
    }
  }
}

function unavailable(name: string, cause: unknown): AppError {
  return new AppError('unavailable', 'counter.unavailable', `cannot ask for counter ${name} now`, {
    cause,
  });
}
