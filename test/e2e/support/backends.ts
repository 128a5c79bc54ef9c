import { randomBytes } from 'node:crypto';
import {
  createTestDatabase,
  createTestDataFolder,
  createTestRedisPrefix,
  testRedisUrl,
} from '../../support/servers/index.js';

export interface Backend {
  /** What Bourse is configured with. */
  readonly env: Readonly<Record<string, string>>;
  /** Drops what was made for it. */
  remove(): Promise<void>;
}

export interface BackendKind {
  readonly name: string;
  create(): Promise<Backend>;
}

export const ADMIN = {
  email: 'admin@bourse.local',
  password: randomBytes(15).toString('base64url'),
};

const COMMON = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'info',
  PORT: '0',
  ADMIN_PASSWORD: ADMIN.password,
  // A busy machine is not an outage.
  CACHE_CALL_TIMEOUT_MS: '500',
  RATE_LIMIT_CALL_TIMEOUT_MS: '1500',
  // All tests come from one address.
  RATE_LIMITS: [
    'auth.register=1000000/1h,auth.login=1000000/1h',
    'api.anonymous=1000000/1m,api.signed-in=1000000/1m',
  ].join(),
};

/** The same scenarios run on each: what a newcomer starts, and what a production runs on. */
export const BACKENDS: readonly BackendKind[] = [
  {
    name: 'embedded',
    create: () => {
      const folder = createTestDataFolder();
      return Promise.resolve({
        env: { ...COMMON, DATA_DIR: folder.path },
        remove: () => Promise.resolve(folder.remove()),
      });
    },
  },
  {
    name: 'Redis + PostgreSQL',
    create: async () => {
      const database = await createTestDatabase();
      const env = {
        ...COMMON,
        DATABASE_URL: database.url,
        REDIS_URL: testRedisUrl(),
        REDIS_KEY_PREFIX: createTestRedisPrefix(),
      };
      return { env, remove: () => database.drop() };
    },
  },
];

/**
 * What a production runs on, for the rules that stand above the drivers. On both run: what a driver does differently
 * (sessions, caches, limits, quotas, queues, live streams, health) and one suite of trading.
 */
export const SERVERS: readonly BackendKind[] = BACKENDS.slice(1);
