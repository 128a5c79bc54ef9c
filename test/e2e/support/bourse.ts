import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../../src/app/create-app.js';
import { createLogger } from '../../../src/app/logger.js';
import { parseConfig } from '../../../src/config/config.js';
import type { Clock } from '../../../src/kernel/clock.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { FirstAdmin } from '../../../src/modules/auth/index.js';
import { ApiClient } from './api-client.js';
import { ADMIN, type Backend, type BackendKind } from './backends.js';
import { TestClock } from './test-clock.js';

/** One log line, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Bourse in this process, listening on a free port. */
export interface Bourse {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly clock: TestClock;
  readonly logs: readonly LogLine[];
  /** A client nobody is signed in with. */
  client(): ApiClient;
  /** A client of a trader who has just registered. */
  trader(): Promise<ApiClient>;
  admin(): Promise<ApiClient>;
  close(): Promise<void>;
}

export async function startBourse(
  kind: BackendKind,
  overrides: Readonly<Record<string, string>> = {},
  clock = new TestClock(),
): Promise<Bourse> {
  const backend = await kind.create();
  const bourse = await startOn(backend, overrides, clock);
  return { ...bourse, close: () => bourse.close().then(() => backend.remove()) };
}

/** On a backend that outlives it. */
export async function startOn(
  backend: Backend,
  overrides: Readonly<Record<string, string>> = {},
  clock = new TestClock(),
): Promise<Bourse> {
  const logs: LogLine[] = [];
  const correlation = new Correlation();
  const config = parseConfig({ ...backend.env, ...overrides });
  const logger = createLogger(config, correlation, {
    write: (line) => void logs.push(JSON.parse(line) as LogLine),
  });
  const app = await createApp({ config, clock: clock satisfies Clock, correlation }, logger);
  await app.listen(0, '127.0.0.1');
  await app.get(FirstAdmin).ensure();
  const url = await app.getUrl();
  const client = () => new ApiClient(url);
  return {
    app,
    url,
    clock,
    logs,
    client,
    trader: () => client().register(),
    admin: () => client().login(ADMIN),
    close: () => app.close(),
  };
}
