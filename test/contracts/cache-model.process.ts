import type { Cache } from '../../src/redis/cache/cache.js';
import type { HybridCaches } from '../../src/redis/cache/hybrid.caches.js';
import { KEYS, type Key, type ModelDefinition, type Value } from './cache-model.values.js';

/** A process of the fleet, and what can happen to it. */
export interface Member {
  readonly caches: HybridCaches;
  /** Ends its connections as the end of its process would. */
  crash(): Promise<void>;
  /** Its way to Redis ends, or swallows all, until it is mended. */
  cut(silently: boolean): Promise<void>;
  mend(): Promise<void>;
}

/** A member in one run, and what may be expected of its reads. */
export class Process {
  readonly cache: Cache<string, Value>;
  /** By key: no read that begins now may find an older version. */
  readonly floor: number[] = KEYS.map(() => 0);
  /** By key: whether a read that begins now must find something. */
  readonly must: boolean[] = KEYS.map(() => false);
  /** Versions that the others cannot know of yet. */
  readonly #owing = new Map<Key, number>();
  isGone = false;
  isCut = false;

  constructor(
    readonly member: Member,
    definition: ModelDefinition,
  ) {
    this.cache = member.caches.use(definition);
  }

  get caches(): HybridCaches {
    return this.member.caches;
  }

  /** Whether what it changes is told to nobody for now. */
  get owes(): boolean {
    return this.caches.link().owedInvalidations > 0;
  }

  raise(key: Key, version: number): void {
    this.floor[key] = Math.max(this.floor[key] as number, version);
  }

  owe(key: Key, version: number): void {
    this.#owing.set(key, Math.max(this.#owing.get(key) ?? 0, version));
  }

  /** What it owed has been told. */
  settle(): readonly (readonly [Key, number])[] {
    const settled = [...this.#owing];
    this.#owing.clear();
    return settled;
  }
}
