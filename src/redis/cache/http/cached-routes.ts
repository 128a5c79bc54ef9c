import { Injectable, RequestMethod, type OnModuleInit, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, ModuleRef } from '@nestjs/core';
import { AppError } from '../../../kernel/app-error.js';
import { Caches } from '../cache.js';
import type { CachedRoute } from './cached-route.js';
import { CACHED_RESPONSE_METADATA, type ResponseDeclaration } from './response-declaration.js';
import { routeInputsOf } from './route-inputs.js';

type Handler = (...args: never) => unknown;

/** All routes with `@CachedResponse`, checked and with their caches before the first request. */
@Injectable()
export class CachedRoutes implements OnModuleInit {
  readonly #routes = new Map<unknown, CachedRoute>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly modules: ModuleRef,
    private readonly caches: Caches,
  ) {}

  /** @throws AppError `cache.invalid_route` (internal) naming each route that cannot be cached as it says, and why. */
  onModuleInit(): void {
    const problems = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (typeof metatype !== 'function' || !instance) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => this.#declare(metatype as Type, name, prototype[name] as Handler));
    });
    if (problems.length === 0) return;
    throw new AppError('internal', 'cache.invalid_route', problems.join('; '));
  }

  /** Of a handler with `@CachedResponse`. */
  of(handler: unknown): CachedRoute {
    const route = this.#routes.get(handler);
    if (route === undefined) {
      throw new AppError(
        'internal',
        'cache.invalid_route',
        'a cached route that no controller has',
      );
    }
    return route;
  }

  /** @returns what speaks against it */
  #declare(controller: Type, name: string, handler: Handler): string[] {
    const declaration = Reflect.getMetadata(CACHED_RESPONSE_METADATA, handler) as
      ResponseDeclaration | undefined;
    if (declaration === undefined) return [];
    try {
      assertPlainGet(handler);
      const { scope, revalidate, definition, revisionOf } = declaration;
      this.#routes.set(handler, {
        scope,
        // An operator may have given it another TTL.
        maxAgeMs: () =>
          revalidate || definition === undefined ? 0 : this.caches.newTtlMs(definition.name),
        inputs: routeInputsOf(controller, name, scope === 'user'),
        revised: revisionOf && this.modules.get(revisionOf, { strict: false }),
        cache: definition && this.caches.use(definition),
      });
      return [];
    } catch (error) {
      return [`${controller.name}.${name}: ${(error as Error).message}`];
    }
  }
}

function assertPlainGet(handler: Handler): void {
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  if (method !== RequestMethod.GET) throw new Error('only GET routes have answers to keep');
  const status = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  if ((status ?? 200) !== 200) throw new Error('only answers with status 200 are kept');
}
