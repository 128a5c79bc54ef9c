import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { MINUTE_MS } from '../kernel/duration.js';
import { RateLimiter } from '../kernel/rate-limiter.js';
import { AccessCheck } from './access.check.js';
import { AccessGuard } from './access.guard.js';
import { ActionInterceptor } from './audit/action.interceptor.js';
import { ActionLog } from './audit/action-log.js';
import { BlockGate } from './blocks/block-gate.js';
import { ClientBlocks } from './blocks/client-blocks.js';
import { RefusalWatch } from './blocks/refusal-watch.js';
import { MetricsRegistry } from './metrics-registry.js';
import { ProblemDetailsFilter } from './problem-details.filter.js';
import { QuotaBook } from './quotas/quota-book.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RateLimitMetrics } from './rate-limit.metrics.js';
import { RateLimitTable } from './rate-limit.table.js';
import { RequestAuthentication } from './request-authentication.js';
import { RequestMetrics } from './request-metrics.js';
import { ThrottleGuard } from './throttle.guard.js';
import { LimiterThrottlerStorage } from './throttler.storage.js';
import { createValidationPipe } from './validation.pipe.js';

/** What every route goes through: who may pass, is the input well-formed, what an error looks like. */
@Module({
  imports: [
    DiscoveryModule,
    // For routes with `@Throttle`, which says its own figures.
    ThrottlerModule.forRootAsync({
      inject: [RateLimiter],
      useFactory: (limiter: RateLimiter) => ({
        throttlers: [{ name: 'default', limit: 60, ttl: MINUTE_MS }],
        storage: new LimiterThrottlerStorage(limiter),
      }),
    }),
  ],
  providers: [
    RequestAuthentication,
    { provide: MetricsRegistry, useFactory: () => new MetricsRegistry() },
    RequestMetrics,
    RateLimitMetrics,
    RateLimitTable,
    ClientBlocks,
    BlockGate,
    RefusalWatch,
    QuotaBook,
    AccessCheck,
    ActionLog,
    ProblemDetailsFilter,
    // In this order: whom to count is known once access was given.
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: ThrottleGuard },
    { provide: APP_INTERCEPTOR, useClass: ActionInterceptor },
    { provide: APP_PIPE, useFactory: createValidationPipe },
    { provide: APP_FILTER, useExisting: ProblemDetailsFilter },
  ],
  exports: [
    ActionLog,
    RequestAuthentication,
    ProblemDetailsFilter,
    MetricsRegistry,
    RequestMetrics,
    RateLimitTable,
    ClientBlocks,
    BlockGate,
    RefusalWatch,
    QuotaBook,
  ],
})
export class HttpModule {}
