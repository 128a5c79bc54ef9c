import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Caches } from '../cache.js';
import type { CacheDefinition } from '../cache-definition.js';
import { CACHED_METHOD_METADATA } from './cached.decorator.js';

/** Declares the caches of all `@Cached` methods at boot: a name that is taken stops it, and their statistics are there. */
@Injectable()
export class CachedMethods implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly caches: Caches,
  ) {}

  /** @throws AppError `cache.duplicate_name` (internal) */
  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      for (const definition of this.#definitionsOf(instance as object)) this.caches.use(definition);
    }
  }

  #definitionsOf(instance: object): CacheDefinition<unknown, unknown>[] {
    const prototype = Object.getPrototypeOf(instance) as Record<string, object> | null;
    if (prototype === null) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const method = prototype[name];
      const definition = (method && Reflect.getMetadata(CACHED_METHOD_METADATA, method)) as
        CacheDefinition<unknown, unknown> | undefined;
      return definition ? [definition] : [];
    });
  }
}
