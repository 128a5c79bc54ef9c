import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { AccessCheck } from './access.check.js';
import { AccessGuard } from './access.guard.js';
import { MetricsRegistry } from './metrics-registry.js';
import { ProblemDetailsFilter } from './problem-details.filter.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RequestAuthentication } from './request-authentication.js';
import { RequestMetrics } from './request-metrics.js';
import { createValidationPipe } from './validation.pipe.js';

/** What every route goes through: who may pass, is the input well-formed, what an error looks like. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    RequestAuthentication,
    { provide: MetricsRegistry, useFactory: () => new MetricsRegistry() },
    RequestMetrics,
    AccessCheck,
    ProblemDetailsFilter,
    // In this order: whom to count is known once access was given.
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_PIPE, useFactory: createValidationPipe },
    { provide: APP_FILTER, useExisting: ProblemDetailsFilter },
  ],
  exports: [RequestAuthentication, ProblemDetailsFilter, MetricsRegistry, RequestMetrics],
})
export class HttpModule {}
