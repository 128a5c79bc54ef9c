import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../kernel/clock.js';
import { checkCounter, checkStep, overflow, type CounterDefinition } from './counter-definition.js';
import { Counters, type Counter } from './counters.js';

/** Beyond it the counter that was quiet for longest is forgotten, and begins at zero. */
const MAX_COUNTERS = 50_000;

interface Count {
  readonly value: number;
  readonly endsAtMs: number;
}

/** Counts for this process alone. */
export class MemoryCounters extends Counters {
  readonly #clock: Clock;
  readonly #counts: LRUCache<string, Count>;

  constructor(clock: Clock, maxCounters: number = MAX_COUNTERS) {
    super();
    this.#clock = clock;
    this.#counts = new LRUCache({ max: maxCounters });
  }

  override use<Params>(definition: CounterDefinition<Params>): Counter<Params> {
    checkCounter(definition);
    const { name, namespace, ttlMs } = definition;
    const keyOf = (params: Params) => `${namespace}:${definition.key(params)}`;
    return {
      increment: async (params, by = 1) => {
        checkStep(name, by);
        const key = keyOf(params);
        const { value, endsAtMs } = this.#live(key) ?? {
          value: 0,
          endsAtMs: this.#clock.nowMs() + ttlMs,
        };
        if (!Number.isSafeInteger(value + by)) throw overflow(name);
        this.#counts.set(key, { value: value + by, endsAtMs });
        return value + by;
      },
      get: async (params) => this.#live(keyOf(params))?.value ?? 0,
      reset: async (params) => {
        this.#counts.delete(keyOf(params));
      },
    };
  }

  #live(key: string): Count | undefined {
    const count = this.#counts.get(key);
    return count !== undefined && this.#clock.nowMs() < count.endsAtMs ? count : undefined;
  }
}
