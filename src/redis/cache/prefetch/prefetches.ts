import type { OnModuleDestroy } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import type { Caches } from '../cache.js';
import { LoopLoad } from './loop-load.js';
import { Prefetch, type PrefetchSource, type PrefetchStatistics } from './prefetch.js';
import type { PrefetchDefinition } from './prefetch-definition.js';

/** Of the event loop's time: above it, requests wait for each other, and what nobody asked for would be in their way. */
const BUSY_SHARE = 0.75;

/** The prefetches of this process, and whether it has room for them. */
export class Prefetches implements OnModuleDestroy {
  readonly #caches: Pick<Caches, 'link'>;
  readonly #hasCaches: boolean;
  readonly #loop: Pick<LoopLoad, 'share'>;
  readonly #used = new Map<string, () => PrefetchStatistics>();
  #isStopping = false;

  /** @param hasCaches false: what is fetched would be kept nowhere */
  constructor(
    caches: Pick<Caches, 'link'>,
    hasCaches: boolean,
    loop: Pick<LoopLoad, 'share'> = new LoopLoad(),
  ) {
    this.#caches = caches;
    this.#hasCaches = hasCaches;
    this.#loop = loop;
  }

  /**
   * Begins to learn; once per definition, where its readers are answered.
   * @throws AppError `cache.duplicate_name`, `cache.invalid_definition` (internal)
   */
  use<Shape extends string, Subject>(
    definition: PrefetchDefinition,
    source: PrefetchSource<Shape, Subject>,
  ): Prefetch<Shape, Subject> {
    const { name } = definition;
    if (this.#used.has(name)) {
      throw new AppError('internal', 'cache.duplicate_name', `two prefetches are named ${name}`);
    }
    const prefetch = new Prefetch(definition, { ...source, isFit: () => this.#isFit() });
    this.#used.set(name, () => prefetch.statistics());
    return prefetch;
  }

  /** In the order of first use. */
  statistics(): readonly PrefetchStatistics[] {
    return [...this.#used.values()].map((statistics) => statistics());
  }

  onModuleDestroy(): void {
    this.#isStopping = true;
  }

  /** Not while every read asks Redis (`remote`), nor while it is away: the source will be needed for readers then. */
  #isFit(): boolean {
    if (this.#isStopping || !this.#hasCaches) return false;
    const { state } = this.#caches.link();
    return (state === 'alone' || state === 'coherent') && this.#loop.share() <= BUSY_SHARE;
  }
}
