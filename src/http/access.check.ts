import { Injectable, RequestMethod, type OnApplicationBootstrap } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { AppError } from '../kernel/app-error.js';
import { ACCESS_METADATA } from './access.decorators.js';

/** Stops the boot when a route does not declare who may call it: forgetting is noticed before the first request. */
@Injectable()
export class AccessCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws AppError `http.undeclared_access` naming every such route. */
  onApplicationBootstrap(): void {
    const undeclared = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (typeof metatype !== 'function' || !instance) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        if (typeof handler !== 'function' || !Reflect.hasMetadata(PATH_METADATA, handler))
          return [];
        if (this.reflector.getAllAndOverride(ACCESS_METADATA, [handler, metatype])) return [];
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
        return [`${RequestMethod[method]} ${metatype.name}.${name}`];
      });
    });
    if (undeclared.length === 0) return;
    throw new AppError(
      'internal',
      'http.undeclared_access',
      `routes without @Public, @SignedIn or @Requires: ${undeclared.join(', ')}`,
    );
  }
}
