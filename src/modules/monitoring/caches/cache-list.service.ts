import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { Caches, Prefetches, WriteBehinds } from '../../../redis/index.js';
import { toFigure, toNamespaces } from './cache-figures.js';
import type { CacheList, HotKeys } from './caches.dto.js';

/** What operators see of the caches. */
@Injectable()
export class CacheListService {
  constructor(
    private readonly caches: Caches,
    private readonly prefetches: Prefetches,
    private readonly writeBehinds: WriteBehinds,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Config) private readonly config: Config,
  ) {}

  async list(): Promise<CacheList> {
    const writeBehinds = await this.writeBehinds.statistics();
    const statistics = this.caches.statistics();
    return {
      asOf: new Date(this.clock.nowMs()).toISOString(),
      enabled: this.config.cache.enabled,
      link: { ...this.caches.link() },
      items: statistics.map(toFigure),
      namespaces: toNamespaces(statistics),
      prefetches: [...this.prefetches.statistics()],
      writeBehinds: [...writeBehinds],
    };
  }

  hotKeys(limit: number): HotKeys {
    return { items: this.caches.hotKeys(limit).map((hot) => ({ ...hot })) };
  }
}
