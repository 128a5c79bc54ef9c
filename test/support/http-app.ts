import { Module, type Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { parseConfig } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { configureHttp, HttpModule } from '../../src/http/index.js';
import { AdminActions } from '../../src/kernel/admin-actions.js';
import { systemClock } from '../../src/kernel/clock.js';
import { ConcurrencyLimiter } from '../../src/kernel/concurrency-limiter.js';
import { Correlation } from '../../src/kernel/correlation.js';
import { Authenticator } from '../../src/kernel/principal.js';
import { QuotaCounts } from '../../src/kernel/quotas.js';
import { RateLimiter } from '../../src/kernel/rate-limiter.js';
import { MemoryConcurrencyLimiter } from '../../src/redis/concurrency/memory.concurrency-limiter.js';
import { MemoryRateLimiter } from '../../src/redis/rate-limit/memory.rate-limiter.js';
import { MemoryAdminActions } from './memory.admin-actions.js';
import { MemoryQuotaCounts } from './memory.quota-counts.js';

/** The HTTP layer with routes of a test and nothing behind them: not yet initialised. */
export async function openHttp(
  authenticator: Authenticator,
  controllers: Type[],
): Promise<NestFastifyApplication> {
  @Module({
    providers: [
      { provide: Authenticator, useValue: authenticator },
      { provide: RateLimiter, useValue: new MemoryRateLimiter(systemClock) },
      { provide: ConcurrencyLimiter, useValue: new MemoryConcurrencyLimiter() },
      { provide: QuotaCounts, useClass: MemoryQuotaCounts },
      { provide: AdminActions, useClass: MemoryAdminActions },
    ],
    exports: [Authenticator, RateLimiter, ConcurrencyLimiter, QuotaCounts, AdminActions],
  })
  class PortsModule {}
  const context = { config: parseConfig({}), clock: systemClock, correlation: new Correlation() };
  const module = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(context), { module: PortsModule, global: true }, HttpModule],
    controllers,
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
    logger: false,
  });
  await configureHttp(app, context.config, context.correlation);
  return app;
}
