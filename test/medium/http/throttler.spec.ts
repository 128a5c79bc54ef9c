import { Controller, Get } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SkipThrottle, Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { LimiterThrottlerStorage, Public } from '../../../src/http/index.js';
import { Authenticator } from '../../../src/kernel/principal.js';
import type { RedisRateLimiter } from '../../../src/redis/rate-limit/redis.rate-limiter.js';
import { LimiterClock, openLimiter } from '../../contracts/rate-limit.setup.js';
import { openHttp } from '../../support/http-app.js';
import { openRedisInstance, type RedisInstance } from '../../support/redis-instance.js';
import { createTestRedisPrefix } from '../../support/servers/index.js';

@Controller('cats')
class CatsController {
  @Get()
  list(): string {
    return 'cats';
  }
  @Get('few')
  @Throttle({ default: { limit: 1, ttl: 60_000 } })
  few(): string {
    return 'few';
  }
  @Get('strict')
  @Throttle({ default: { limit: 1, ttl: 1_000, blockDuration: 60_000 } })
  strict(): string {
    return 'strict';
  }
  @Get('many')
  @SkipThrottle()
  many(): string {
    return 'many';
  }
}

describe('the guard of @nestjs/throttler on our storage', () => {
  let instances: RedisInstance[];
  let limiters: RedisRateLimiter[];
  let apps: NestFastifyApplication[];
  const clock = new LimiterClock();

  /** As its documentation says how to use it, twice: two processes of one application. */
  beforeEach(async () => {
    const prefix = createTestRedisPrefix();
    instances = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
    limiters = await Promise.all(instances.map((one) => openLimiter(one, clock.nowUs)));
    apps = await Promise.all(
      limiters.map(async (limiter) => {
        const storage = new LimiterThrottlerStorage(limiter);
        const throttlers = [{ limit: 3, ttl: 60_000 }];
        const module = await Test.createTestingModule({
          imports: [ThrottlerModule.forRoot({ throttlers, storage })],
          controllers: [CatsController],
          providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
        }).compile();
        const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
          logger: false,
        });
        await app.init();
        return app;
      }),
    );
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await Promise.all(instances.map((instance) => instance.close()));
  });

  const statuses = async (path: string, times: number): Promise<number[]> => {
    const answers = [];
    for (let i = 0; i < times; i += 1) {
      answers.push((await apps[i % 2]!.inject(path)).statusCode);
    }
    return answers;
  };

  it('holds every route to its limit, counted by all processes together', async () => {
    expect(await statuses('/cats', 5)).toEqual([200, 200, 200, 429, 429]);
  });

  it('honours @Throttle and @SkipThrottle', async () => {
    expect(await statuses('/cats/few', 2)).toEqual([200, 429]);
    expect(await statuses('/cats/many', 10)).toEqual(Array(10).fill(200));
  });

  it('says what is left, and when to come again', async () => {
    const first = await apps[0]!.inject('/cats');
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '2',
      'x-ratelimit-reset': expect.stringMatching(/^6[01]$/),
    });
    await statuses('/cats', 2);
    const refused = await apps[0]!.inject('/cats');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^(59|60|61)$/);
  });

  it('keeps who was refused away for its blockDuration, which is longer than the window here', async () => {
    expect(await statuses('/cats/strict', 2)).toEqual([200, 429]);
    clock.pass(30_000);
    expect(await statuses('/cats/strict', 1)).toEqual([429]);
    clock.pass(30_001);
    expect(await statuses('/cats/strict', 1)).toEqual([200]);
  });
});

describe('our own guard for @Throttle', () => {
  @Controller('dogs')
  class DogsController {
    @Get()
    @Public()
    list(): string {
      return 'dogs';
    }
    @Get('few')
    @Public()
    @Throttle({ default: { limit: 1, ttl: 60_000 } })
    few(): string {
      return 'few';
    }
  }

  class NobodyAuthenticator extends Authenticator {
    override authenticate() {
      return Promise.resolve(undefined);
    }
    override renew() {
      return Promise.resolve(undefined);
    }
  }

  it('holds routes with the decorator, no others, and answers as all our refusals do', async () => {
    const app = await openHttp(new NobodyAuthenticator(), [DogsController]);
    await app.init();
    for (let i = 0; i < 100; i += 1) expect((await app.inject('/dogs')).statusCode).toBe(200);
    expect((await app.inject('/dogs/few')).statusCode).toBe(200);
    const refused = await app.inject('/dogs/few');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(58);
    expect(refused.json()).toMatchObject({
      code: 'rate_limit.exceeded',
      details: { limit: 1, windowMs: 60_000 },
    });
    await app.close();
  });
});
