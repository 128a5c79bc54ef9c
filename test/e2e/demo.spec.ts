import { join, resolve } from 'node:path';
import { eventually } from '../support/eventually.js';
import { BourseProcess, NodeProcess } from '../support/processes.js';
import { openReference } from '../support/reference.js';
import { PrivateRedis } from '../support/redis-server.js';
import {
  createTestDatabase,
  createTestRedisPrefix,
  testRedisUrl,
} from '../support/servers/index.js';
import { ADMIN } from './support/backends.js';

const ROOT = resolve(import.meta.dirname, '../..');
const bars = openReference('indicators', 'quotes.csv');
const TIMEOUT_MS = 240_000;

type Step = Readonly<Record<string, unknown>> & { readonly step: string };

/** `npm run demo` as a user runs it, with an admin's login. */
class Demo {
  readonly #run: NodeProcess;

  constructor(...args: string[]) {
    this.#run = new NodeProcess([join(ROOT, 'scripts/demo.mjs'), '--json', ...args], {
      env: { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password },
    });
  }

  /** Until it tells of a step. */
  async reaches(step: string): Promise<void> {
    const told = `"step":"${step}"`;
    await eventually(() => expect(this.#run.stdout).toContain(told), { timeoutMs: 60_000 });
  }

  /** @returns all that it told, when it ended well. */
  async ends(): Promise<Step[]> {
    const { code } = await this.#run.exited;
    if (code !== 0) throw new Error(`the demo failed\n${this.#run.stdout}${this.#run.stderr}`);
    return this.#run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Step);
  }
}

/** One line at least of each part of the house. */
const TOLD = [
  ['users', 'settings', 'rights', 'sessions', 'admin'],
  ['configuration', 'config', 'mail'],
  ['market', 'quotes', 'candles', 'options', 'status', 'indices', 'book', 'search'],
  ['trading', 'filled', 'cancel', 'position', 'trade', 'signal', 'open P&L'],
  ['portfolio', 'portfolio', 'history', 'return', 'risk'],
  ['research', 'research'],
  ['AI', 'ai', 'ai-quota', 'features', 'model', 'training', 'dashboard'],
  ['journal', 'import', 'undo'],
  ['notifications', 'news'],
  ['operations', 'health', 'caches', 'queues', 'alerts', 'schedule'],
  ['cached values', 'cache-list', 'hot-keys', 'ttl', 'invalidation'],
] as const;

function expectWholeHouse(steps: readonly Step[]): void {
  const told = new Set(steps.map(({ step }) => step));
  const missing = TOLD.flatMap(([part, ...names]) =>
    names.filter((name) => !told.has(name)).map((name) => `${part}: ${name}`),
  );
  expect(missing).toEqual([]);
}

describe('the demo', () => {
  const started: BourseProcess[] = [];
  const start = async (env: Record<string, string>): Promise<BourseProcess> => {
    const bourse = await BourseProcess.start({ env: { ADMIN_PASSWORD: ADMIN.password, ...env } });
    started.push(bourse);
    return bourse;
  };
  /** Two API processes and a worker. All at once: one alone must make the tables and the first admin. */
  const startFleet = (shared: Record<string, string>) =>
    Promise.all([
      start({ ...shared, BOURSE_ROLE: 'api' }),
      start({ ...shared, BOURSE_ROLE: 'api' }),
      start({ ...shared, BOURSE_ROLE: 'worker' }),
    ]);
  afterEach(async () => {
    await Promise.all(started.splice(0).map((bourse) => bourse.stop()));
  });

  // With nothing set `.ci/run` plays it, on what the build made.
  it(
    'walks through it on Redis and PostgreSQL, with two API processes and a worker',
    async () => {
      const database = await createTestDatabase();
      const [api, otherApi] = await startFleet({
        DATABASE_URL: database.url,
        REDIS_URL: testRedisUrl(),
        REDIS_KEY_PREFIX: createTestRedisPrefix(),
      });
      const steps = await new Demo('--url', api.url, '--second-url', otherApi.url).ends();
      expectWholeHouse(steps);
      expect(steps.filter(({ step }) => step === 'later')).toEqual([]);
      const exits = await Promise.all(started.splice(0).map((bourse) => bourse.stop()));
      expect(exits).toEqual([0, 0, 0].map((code) => ({ code, signal: null })));
      await database.drop();
    },
    TIMEOUT_MS,
  );

  it(
    'goes on to its end when Redis is stopped in the middle',
    async () => {
      const [database, redis] = [await createTestDatabase(), await PrivateRedis.start()];
      const [api, otherApi] = await startFleet({
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        // Without Redis each of the three processes holds to its share: one training an hour of the five, and the demo asks twice.
        RATE_LIMITS: 'ml.train=15/1h',
      });
      const demo = new Demo('--url', api.url, '--second-url', otherApi.url);
      await demo.reaches('settings');
      await redis.kill();
      const steps = await demo.ends();
      // What the database can serve was served; what waits for Redis was accepted, and said to wait.
      const served = [
        'filled',
        'signal',
        'history',
        'research',
        'ai',
        'model',
        'dashboard',
        'done',
      ];
      expect(steps.map(({ step: told }) => told)).toEqual(expect.arrayContaining(served));
      expect(steps.some(({ step: told }) => told === 'later')).toBe(true);
      await Promise.all(started.splice(0).map((bourse) => bourse.stop()));
      await redis.remove();
      await database.drop();
    },
    TIMEOUT_MS,
  );

  bars.it(
    'walks through it on real prices: daily bars of an index fund',
    async () => {
      const bourse = await start({
        MARKET_PROVIDER: 'replay',
        MARKET_REPLAY_DIR: bars.folder,
      });
      const steps = await new Demo('--url', bourse.url, '--symbol', 'QUOTES').ends();
      expect(JSON.stringify(steps)).toContain('"source":"replay"');
    },
    TIMEOUT_MS,
  );
});
