import { Controller, Get, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { parseConfig } from '../../../src/config/config.js';
import { ConfigModule } from '../../../src/config/config.module.js';
import { configureHttp, HttpModule, Public, Requires, SignedIn } from '../../../src/http/index.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { Authenticator } from '../../../src/kernel/principal.js';
import { RateLimiter } from '../../../src/kernel/rate-limiter.js';
import { MemoryRateLimiter } from '../../../src/redis/rate-limit/memory.rate-limiter.js';

@Controller('open')
class DeclaredController {
  @Public()
  @Get('public')
  everybody(): string {
    return 'everybody';
  }
  @SignedIn()
  @Get('signed-in')
  signedIn(): string {
    return 'signed in';
  }
  @Requires('users.manage')
  @Get('admin')
  admins(): string {
    return 'admins';
  }
}

@Controller('forgotten')
class ForgottenController {
  @Public()
  @Get('declared')
  declared(): string {
    return '';
  }
  @Get('undeclared')
  undeclared(): string {
    return '';
  }
}

/** Tokens are the names of roles here. */
class RoleAuthenticator extends Authenticator {
  override authenticate(token: string) {
    const roles =
      token === 'the-admin-session' ? (['trader', 'admin'] as const) : (['trader'] as const);
    return Promise.resolve(
      token.startsWith('the-') ? { userId: 'u', sessionId: 's', roles } : undefined,
    );
  }
}

@Module({
  providers: [
    { provide: Authenticator, useClass: RoleAuthenticator },
    { provide: RateLimiter, useValue: new MemoryRateLimiter(systemClock) },
  ],
  exports: [Authenticator, RateLimiter],
})
class TestAuthModule {}

async function create(controllers: (typeof DeclaredController | typeof ForgottenController)[]) {
  const context = { config: parseConfig({}), clock: systemClock, correlation: new Correlation() };
  const moduleRef = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(context), { module: TestAuthModule, global: true }, HttpModule],
    controllers,
  }).compile();
  const app = moduleRef.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
    logger: false,
  });
  await configureHttp(app.getHttpAdapter().getInstance(), context.config, context.correlation);
  return app;
}

describe('access to routes', () => {
  it('must be declared: the boot names every route that forgot', async () => {
    const app = await create([DeclaredController, ForgottenController]);
    await expect(app.init()).rejects.toMatchObject({
      code: 'http.undeclared_access',
      message: expect.stringMatching(/GET ForgottenController\.undeclared$/),
    });
    await app.close();
  });

  it.each([
    ['/open/public', '', 200],
    ['/open/signed-in', '', 401],
    ['/open/signed-in', 'the-trader-session', 200],
    ['/open/signed-in', 'somebody-elses-token', 401],
    ['/open/admin', '', 401],
    ['/open/admin', 'the-trader-session', 403],
    ['/open/admin', 'the-admin-session', 200],
  ])('%s with "%s" answers %i', async (url, token, expected) => {
    const app = await create([DeclaredController]);
    await app.init();
    const response = await app.inject({
      url,
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    });
    expect(response.statusCode).toBe(expected);
    await app.close();
  });
});
