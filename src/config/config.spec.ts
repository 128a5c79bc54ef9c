import { existsSync, readFileSync } from 'node:fs';
import { AppError } from '../kernel/app-error.js';
import { parseConfig } from './config.js';
import { renderEnvExample } from './env-example.js';
import { environmentSchema } from './environment.js';

const failure = (variables: Record<string, string>): AppError => {
  try {
    parseConfig(variables);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('expected a refusal');
};

const KEY = Buffer.alloc(32, 7).toString('base64');

describe('parseConfig', () => {
  it('needs no variable at all: everything in one process, embedded', () => {
    const config = parseConfig({});
    expect(config).toMatchObject({
      role: 'all',
      http: { host: '127.0.0.1', port: 3000, shutdownTimeoutMs: 25_000 },
      database: { url: undefined, dataDir: './data' },
      redis: { target: undefined, queueTarget: undefined },
    });
  });

  it('bounds the in-process cache tier by entries and by bytes', () => {
    expect(parseConfig({}).cache).toEqual({
      enabled: true,
      l1MaxEntries: 1_000,
      l1MaxBytes: 64 * 1024 * 1024,
      callTimeoutMs: 40,
    });
    expect(parseConfig({ CACHE_L1_MAX_BYTES: '1048576' }).cache.l1MaxBytes).toBe(1_048_576);
    expect(failure({ CACHE_L1_MAX_BYTES: '64MiB' }).message).toContain('CACHE_L1_MAX_BYTES');
  });

  it('keeps finished jobs for a day and failed ones for a week, and 64 MiB a queue, unless told otherwise', () => {
    const day = 86_400_000;
    const kept = { completedKeptMs: day, failedKeptMs: 7 * day, completedKeptBytes: 67_108_864 };
    expect(parseConfig({}).jobs).toEqual(kept);
    const told = {
      JOBS_COMPLETED_KEPT_MS: '1',
      JOBS_FAILED_KEPT_MS: '2',
      JOBS_COMPLETED_KEPT_BYTES: '3',
    };
    expect(Object.values(parseConfig(told).jobs)).toEqual([1, 2, 3]);
  });

  it('takes an empty variable for an unset one, as compose files write it', () => {
    expect(parseConfig({ PORT: '', REDIS_URL: ' ' })).toEqual(parseConfig({}));
  });

  it('names every bad variable, and prints the value of none', () => {
    const { code, message } = failure({
      PORT: 'hunter2',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
    });
    expect(code).toBe('config.invalid');
    expect(message).toContain('PORT');
    expect(message).toContain('DATABASE_URL');
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('\n');
  });

  it.each([
    ['a password that cannot be decoded', { REDIS_URL: 'redis://:p%ss@host' }, 'REDIS_URL'],
    ['a port beyond all ports', { REDIS_CLUSTER_NODES: 'a:99999' }, 'REDIS_CLUSTER_NODES'],
    [
      'minutes where milliseconds belong',
      { REDIS_COMMAND_TIMEOUT_MS: '999999999' },
      'REDIS_COMMAND_TIMEOUT_MS',
    ],
    ['a password too long to sign in with', { ADMIN_PASSWORD: 'x'.repeat(129) }, 'ADMIN_PASSWORD'],
  ])('refuses %s', (_, variables, name) => {
    expect(failure(variables).message).toContain(name);
  });

  it('cannot be changed once parsed', () => {
    const config = parseConfig({});
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
  });

  it('refuses production on the embedded database', () => {
    expect(failure({ NODE_ENV: 'production' }).message).toContain('DATABASE_URL');
  });

  it.each(['api', 'worker'])('refuses the role %s without what joins it to the others', (role) => {
    const { message } = failure({ BOURSE_ROLE: role });
    expect(message).toContain('DATABASE_URL');
    expect(message).toContain('REDIS_URL');
  });

  it('refuses a replay of nothing', () => {
    expect(failure({ MARKET_PROVIDER: 'replay' }).message).toContain('MARKET_REPLAY_DIR');
  });

  it('prefers the private URL, and queues use the same Redis unless told otherwise', () => {
    const shared = parseConfig({
      REDIS_URL: 'redis://public',
      REDIS_PRIVATE_URL: 'redis://private',
    });
    expect(shared.redis.target).toMatchObject({ kind: 'url', url: 'redis://private' });
    expect(shared.redis.queueTarget).toEqual(shared.redis.target);
    const split = parseConfig({ REDIS_URL: 'redis://cache', QUEUE_REDIS_URL: 'redis://queue' });
    expect(split.redis.queueTarget).toMatchObject({ url: 'redis://queue' });
  });

  it.each([
    [
      { REDIS_HOST: 'r', REDIS_PORT: '7000', REDIS_PASSWORD: 'p' },
      { kind: 'parts', host: 'r', port: 7000, password: 'p' },
    ],
    [
      { REDIS_CLUSTER_NODES: 'a:1, b:2' },
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      },
    ],
    [
      { REDIS_SENTINELS: 's:26379' },
      { kind: 'sentinel', masterName: 'mymaster', sentinels: [{ host: 's', port: 26379 }] },
    ],
  ])('reaches a Redis by %j', (variables, target) => {
    expect(parseConfig(variables).redis.target).toMatchObject(target);
  });

  it('switches to the in-process drivers on REDIS_ENABLED=false', () => {
    const { redis } = parseConfig({ REDIS_URL: 'redis://r', REDIS_ENABLED: 'false' });
    expect(redis).toMatchObject({ target: undefined, queueTarget: undefined });
  });

  it('sends the session cookie over HTTPS alone in production', () => {
    const production = {
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://db/bourse',
      REDIS_URL: 'redis://r',
      ENCRYPTION_KEYS: `k1:${KEY}`,
    };
    expect(parseConfig(production).session.cookieSecure).toBe(true);
    expect(parseConfig({}).session.cookieSecure).toBe(false);
  });
});

describe('the keys for secrets at rest', () => {
  it('are required in production, where everybody knows the default', () => {
    expect(failure({ NODE_ENV: 'production' }).message).toContain('ENCRYPTION_KEYS');
  });

  it('seal with the first and open with all', () => {
    const { encryptionKeys } = parseConfig({ ENCRYPTION_KEYS: `new:${KEY}, old:${KEY}` });
    expect(encryptionKeys.map(({ id }) => id)).toEqual(['new', 'old']);
  });

  it.each(['k1', 'k1:short', `k_1:${KEY}`, `k1:${KEY},k1:${KEY}`, `k1:${KEY}:x`])(
    'are refused as %j, without being printed',
    (ENCRYPTION_KEYS) => {
      const { message } = failure({ ENCRYPTION_KEYS });
      expect(message).toContain('ENCRYPTION_KEYS');
      expect(message).not.toContain(KEY);
    },
  );
});

describe.each(['PUBLIC_URL', 'TWILIO_BASE_URL'])('%s', (name) => {
  const inProduction = (url: string) =>
    failure({ NODE_ENV: 'production', [name]: url }).message.includes(name);

  it('is https in production, whatever the host', () => {
    expect(inProduction('https://bourse.example')).toBe(false);
    expect(inProduction('http://bourse.example')).toBe(true);
    expect(inProduction('http://127.0.0.1:8080')).toBe(true);
  });

  it.each([
    'http://127.0.0.1:8080',
    'http://localhost',
    'http://[::1]:1',
    'https://bourse.example',
  ])('may be %s elsewhere', (url) => expect(() => parseConfig({ [name]: url })).not.toThrow());

  it.each(['http://bourse.example', 'http://127.0.0.1.example', 'http://192.168.1.1'])(
    'is refused as %s even there, without being printed',
    (url) => {
      const { message } = failure({ [name]: url });
      expect(message).toContain(`${name}: must be https`);
      expect(message).not.toContain(url);
    },
  );
});

describe('the proxies in front', () => {
  it('are nobody unless they are named', () => {
    expect(parseConfig({}).http.trustedProxies).toEqual([]);
    const { trustedProxies } = parseConfig({ TRUSTED_PROXIES: '10.0.0.1, fd00::/8' }).http;
    expect(trustedProxies).toEqual(['10.0.0.1', 'fd00::/8']);
  });

  it.each(['all', '10.0.0.1/99', '10.0.0.1,,'])('are refused as %j', (TRUSTED_PROXIES) =>
    expect(failure({ TRUSTED_PROXIES }).message).toContain('TRUSTED_PROXIES'),
  );
});

describe('the origins of other sites', () => {
  it('are none unless they are named', () => {
    expect(parseConfig({}).http.allowedOrigins).toEqual([]);
    const { allowedOrigins } = parseConfig({
      ALLOWED_ORIGINS: 'https://app.example.com, http://localhost:5173',
    }).http;
    expect(allowedOrigins).toEqual(['https://app.example.com', 'http://localhost:5173']);
  });

  it.each(['*', 'https://app.example.com/', 'app.example.com', 'https://a.example,,'])(
    'are refused as %j',
    (ALLOWED_ORIGINS) => expect(failure({ ALLOWED_ORIGINS }).message).toContain('ALLOWED_ORIGINS'),
  );
});

describe('other figures for the limits', () => {
  it('are a name, a limit and a window each', () => {
    expect(parseConfig({ RATE_LIMITS: 'auth.login=10/5m, ml.train=7/1d' }).rateLimits).toEqual([
      { name: 'auth.login', limit: 10, windowMs: 300_000 },
      { name: 'ml.train', limit: 7, windowMs: 86_400_000 },
    ]);
  });

  it.each(['auth.login', 'auth.login=0/1m', 'auth.login=1/1w', 'auth.login=-1/1m'])(
    'are refused as %j',
    (RATE_LIMITS) => expect(failure({ RATE_LIMITS }).message).toContain('RATE_LIMITS'),
  );
});

describe('.env.example', () => {
  it('describes every variable, with its default', () => {
    for (const [name, schema] of Object.entries(environmentSchema.shape)) {
      expect({ name, description: schema.description }).toEqual({
        name,
        description: expect.stringMatching(/.{10}/),
      });
    }
  });

  it('is what the schema says', () => {
    expect(existsSync('.env.example') && readFileSync('.env.example', 'utf8')).toBe(
      renderEnvExample(),
    );
  });
});
