import type { Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../../src/app/app.module.js';
import { parseConfig } from '../../../src/config/config.js';
import { configureHttp } from '../../../src/http/index.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { FirstAdmin } from '../../../src/modules/auth/index.js';
import { ApiClient } from './api-client.js';
import { ADMIN, type Backend } from './backends.js';
import { TestClock } from './test-clock.js';

/** Bourse with routes that only a test has. */
export interface Probe {
  readonly app: NestFastifyApplication;
  readonly clock: TestClock;
  client(): ApiClient;
  trader(): Promise<ApiClient>;
  admin(): Promise<ApiClient>;
}

/** @throws what stops its boot */
export async function startProbe(
  backend: Pick<Backend, 'env'>,
  modules: readonly Type[],
  overrides: Readonly<Record<string, string>> = {},
): Promise<Probe> {
  const clock = new TestClock();
  const correlation = new Correlation();
  const config = parseConfig({ ...backend.env, ...overrides });
  const module = await Test.createTestingModule({
    imports: [AppModule.forRoot({ config, clock, correlation }), ...modules],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
    logger: false,
  });
  try {
    await configureHttp(app, config, correlation);
    await app.listen(0, '127.0.0.1');
    await app.get(FirstAdmin).ensure();
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = await app.getUrl();
  const client = () => new ApiClient(url);
  return {
    app,
    clock,
    client,
    trader: () => client().register(),
    admin: () => client().login(ADMIN),
  };
}
