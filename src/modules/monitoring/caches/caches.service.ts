import { Injectable, Logger } from '@nestjs/common';
import { byModel, bySymbol, byUser, Caches, type CacheStatistics } from '../../../redis/index.js';
import { CacheTtlSettings } from '../../system-config/index.js';
import { unknownCache } from '../monitoring.errors.js';
import { toFigure } from './cache-figures.js';
import type { CacheFigure, Invalidate, Invalidated } from './caches.dto.js';
import { TtlOverrides } from './ttl-overrides.js';

/** What operators change of the caches. */
@Injectable()
export class CachesService {
  readonly #logger = new Logger(CachesService.name);

  constructor(
    private readonly caches: Caches,
    private readonly settings: CacheTtlSettings,
    private readonly overrides: TtlOverrides,
  ) {}

  /**
   * Stored before it is applied: what a process does, it does again after a restart.
   * @throws AppError `cache.unknown` (not_found)
   */
  async overrideTtl(changedBy: string, name: string, ttlMs: number | null): Promise<CacheFigure> {
    this.#find(name);
    await this.settings.change(changedBy, name, ttlMs);
    await this.overrides.changed();
    this.#logger.log({ message: 'TTL of a cache changed', cache: name, ttlMs, changedBy });
    return toFigure(this.#find(name));
  }

  /** @throws AppError `cache.pattern_incomplete` (unavailable) */
  async invalidate(invalidatedBy: string, request: Invalidate): Promise<Invalidated> {
    const keys = await this.#drop(request);
    const complete = this.caches.link().owedInvalidations === 0;
    const facts = { dropped: request, keys, complete };
    this.#logger.log({ message: 'caches invalidated', invalidatedBy, ...facts });
    return facts;
  }

  async #drop(request: Invalidate): Promise<number | null> {
    if ('pattern' in request) {
      return this.caches.invalidatePattern(request.namespace, request.pattern);
    }
    if ('all' in request) await this.caches.invalidateAll();
    else if ('namespace' in request) await this.caches.invalidateNamespace(request.namespace);
    else await this.caches.invalidateTags(tagsOf(request));
    return null;
  }

  #find(name: string): CacheStatistics {
    const found = this.caches.statistics().find((cache) => cache.name === name);
    if (found === undefined) throw unknownCache(name);
    return found;
  }
}

function tagsOf(
  request: Extract<
    Invalidate,
    { tags: string[] } | { user: string } | { symbol: string } | { model: string }
  >,
): string[] {
  if ('tags' in request) return request.tags;
  if ('user' in request) return [byUser(request.user)];
  if ('symbol' in request) return [bySymbol(request.symbol)];
  return [byModel(request.model)];
}
