import { z } from 'zod';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/duration.js';
import type { KeyRing, SecretKey } from '../kernel/secret-box.js';
import { addressList, hostPortList, originList } from './environment-lists.js';
import { notificationsEnvironment } from './notifications-environment.js';
import { jobsEnvironment } from './jobs-environment.js';
import { tradingEnvironment } from './trading-environment.js';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce.number().int().min(1).max(2_147_483_647);
/** Waits on others: longer than this is a mistake of units. */
const timeoutMs = z.coerce.number().int().min(1).max(600_000);
const count = z.coerce.number().int().min(1);
const postgresUrl = z
  .url({ protocol: /^postgres(ql)?$/ })
  .refine(hasDecodableParts, 'holds a % that is not followed by two hex digits');
const redisUrl = z
  .url({ protocol: /^rediss?$/ })
  .refine(hasDecodableParts, 'holds a % that is not followed by two hex digits');
const secretKey = z.tuple(
  [
    z.string().regex(/^[A-Za-z0-9]{1,16}$/, 'a key id is 1–16 letters and digits'),
    z
      .base64()
      .refine((text) => Buffer.from(text, 'base64').length === 32, 'a key has 32 bytes, in base64'),
  ],
  'must be id:base64[,id:base64…]',
);
const toKey = ([id, secret]: z.output<typeof secretKey>): SecretKey => ({ id, secret });
const keyRing = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim().split(':')))
  .pipe(
    z
      .tuple([secretKey], secretKey)
      .refine(
        (keys) => new Set(keys.map(([id]) => id)).size === keys.length,
        'two keys have one id',
      ),
  )
  .transform(([first, ...rest]): KeyRing => [toKey(first), ...rest.map(toKey)]);
const UNIT_MS = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const;
/** `name=limit/window`, the window as `30s`, `5m`, `1h` or `1d`. */
const rateLimits = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(
    z.array(
      z
        .string()
        .regex(
          /^[a-z][a-z.-]*=[1-9]\d{0,6}\/[1-9]\d{0,4}[smhd]$/,
          'must be name=limit/window[,…], such as auth.login=10/5m',
        ),
    ),
  )
  .transform((parts) =>
    parts.map((part) => {
      const [name = '', limit = '', window = ''] = part.split(/[=/]/);
      const unit = window.slice(-1) as keyof typeof UNIT_MS;
      return { name, limit: Number(limit), windowMs: Number(window.slice(0, -1)) * UNIT_MS[unit] };
    }),
  );
/** `name=limit`. */
const quotas = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(
    z.array(
      z
        .string()
        .regex(/^[a-z][a-z.-]*=[1-9]\d{0,8}$/, 'must be name=limit[,…], such as ml.trainings=100'),
    ),
  )
  .transform(
    (parts) =>
      new Map(
        parts.map((part) => {
          const [name = '', limit = ''] = part.split('=');
          return [name, Number(limit)];
        }),
      ),
  );
/**
 * Every variable Bourse reads, with its meaning, unit and default: `.env.example` is written from this
 * table (`npm run config:example`) and a test holds the two together.
 */
export const environmentSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .default('development')
    .describe('production refuses defaults that can lose data or leak secrets'),
  BOURSE_ROLE: z
    .enum(['all', 'api', 'worker'])
    .default('all')
    .describe(
      'all: everything in one process; api: HTTP and sockets; worker: jobs and the market feed',
    ),
  HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('address to listen on; 0.0.0.0 in a container'),
  PORT: port.default(3000).describe('TCP port; 0 takes a free one'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least severe level that is logged (JSON lines on standard output)'),
  BODY_LIMIT_BYTES: count.default(262_144).describe('largest request body, bytes; above it 413'),
  TRUSTED_PROXIES: addressList
    .optional()
    .describe(
      'addresses or CIDR ranges of proxies in front, whose X-Forwarded-For is believed; unset: nobody’s is',
    ),
  ALLOWED_ORIGINS: originList
    .optional()
    .describe(
      'origins (https://app.example.com) of pages on other sites that may open live connections, with a token; unset: pages of this server alone',
    ),
  NEVER_BLOCKED: addressList
    .optional()
    .describe(
      'addresses or CIDR ranges that no block concerns, such as those of probes and of your own office; limits hold for them all the same',
    ),
  SHUTDOWN_TIMEOUT_MS: timeoutMs
    .default(25_000)
    .describe('ms after SIGTERM until the process ends with whatever is unfinished'),

  DATABASE_URL: postgresUrl
    .optional()
    .describe('PostgreSQL 15+; unset: embedded PGlite in DATA_DIR'),
  DATABASE_POOL_SIZE: count.default(10).describe('connections per process'),
  DATABASE_CONNECT_TIMEOUT_MS: timeoutMs.default(5_000).describe('ms to wait for a connection'),
  DATABASE_STATEMENT_TIMEOUT_MS: timeoutMs.default(10_000).describe('ms a statement may run'),
  DATA_DIR: z.string().min(1).default('./data').describe('folder of the embedded database'),

  REDIS_ENABLED: flag
    .default(true)
    .describe('false: in-process drivers even if a Redis is configured'),
  CACHE_ENABLED: flag.default(true).describe('false: every cached read goes to its source'),
  REDIS_URL: redisUrl.optional().describe('redis:// or rediss:// (TLS); unset: in-process drivers'),
  REDIS_PRIVATE_URL: redisUrl
    .optional()
    .describe('preferred to REDIS_URL where the host offers both'),
  REDIS_HOST: z
    .string()
    .min(1)
    .optional()
    .describe('instead of a URL, together with the parts below'),
  REDIS_PORT: port.default(6379).describe('port of REDIS_HOST'),
  REDIS_USERNAME: z.string().optional().describe('ACL user, for parts, Cluster and Sentinel'),
  REDIS_PASSWORD: z.string().optional().describe('password, for parts, Cluster and Sentinel'),
  REDIS_TLS: flag.default(false).describe('TLS for parts, Cluster and Sentinel'),
  REDIS_TLS_REJECT_UNAUTHORIZED: flag.default(true).describe('false accepts any certificate'),
  REDIS_CLUSTER_NODES: hostPortList.optional().describe('host:port,host:port of a Redis Cluster'),
  REDIS_SENTINELS: hostPortList.optional().describe('host:port,host:port of the Sentinels'),
  REDIS_SENTINEL_NAME: z.string().min(1).default('mymaster').describe('name of the primary there'),
  REDIS_KEY_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/)
    .default('bourse')
    .describe('first part of every key: letters, digits, _ and -'),
  REDIS_CONNECT_TIMEOUT_MS: timeoutMs.default(2_000).describe('ms to wait for a connection'),
  REDIS_COMMAND_TIMEOUT_MS: timeoutMs.default(1_000).describe('ms to wait for an answer'),
  QUEUE_REDIS_URL: redisUrl
    .optional()
    .describe('Redis of the queues, with maxmemory-policy noeviction; unset: the Redis above'),
  CACHE_L1_MAX_ENTRIES: count.default(1_000).describe('entries of the in-process cache tier'),
  CACHE_L1_MAX_BYTES: count
    .default(67_108_864)
    .describe('bytes of the in-process cache tier, by the JSON of its values'),
  CACHE_CALL_TIMEOUT_MS: milliseconds
    .default(40)
    .describe('ms that a cached read waits for Redis before it goes to its source'),

  SESSION_IDLE_MS: milliseconds.default(1_800_000).describe('ms without use that end a session'),
  SESSION_ABSOLUTE_MS: milliseconds
    .default(86_400_000)
    .describe('ms after login that end a session'),
  SESSION_ROTATION_GRACE_MS: milliseconds
    .default(10_000)
    .describe('ms that a replaced session token is still accepted, for requests under way'),
  SESSION_COOKIE_SECURE: flag
    .optional()
    .describe('true: cookie __Host-session over HTTPS only; default: true in production'),
  ADMIN_EMAIL: z
    .email()
    .default('admin@bourse.local')
    .describe('login made on the very first start'),
  ADMIN_PASSWORD: z
    .string()
    .min(12)
    .max(128)
    .optional()
    .describe(
      'its password, 12 to 128 characters; unset: generated and printed once (not in production)',
    ),

  LIVE_PING_MS: milliseconds
    .default(10_000)
    .describe(
      'ms between two signs of life of a live socket; one that does not answer within as long again is let go',
    ),

  MARKET_PROVIDER: z
    .enum(['simulated', 'replay'])
    .default('simulated')
    .describe('simulated: a seeded random market; replay: recorded bars from MARKET_REPLAY_DIR'),
  MARKET_SEED: z.string().min(1).default('bourse').describe('the same seed shows the same prices'),
  MARKET_TICK_MS: milliseconds.default(1_000).describe('ms between two quotes of a symbol'),
  MARKET_REPLAY_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('folder of SYMBOL.csv files: date,open,high,low,close,volume'),
  MARKET_REPLAY_BARS_PER_SECOND: z.coerce
    .number()
    .positive()
    .max(1_000)
    .default(1)
    .describe('replay speed, bars a second'),

  ENCRYPTION_KEYS: keyRing
    .optional()
    .describe(
      'id:base64 of 32 bytes[,older…] for secrets at rest; the first seals, all open; required in production',
    ),
  RATE_LIMITS: rateLimits
    .optional()
    .describe('other figures for the table of limits: auth.login=10/5m,auth.register=20/1h'),
  QUOTAS: quotas
    .optional()
    .describe('other limits for the table of quotas: ml.trainings=100,journal.imports=500'),
  RATE_LIMIT_CALL_TIMEOUT_MS: milliseconds
    .default(200)
    .describe('ms that a check waits for Redis before the process counts on its own'),
  RATE_LIMIT_INSTANCES: count
    .default(1)
    .describe('API processes that share the limits of one that was started while Redis is away'),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('bearer token for /metrics; unset: open, and closed in production'),

  RESEARCH_DATA_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('folder of SYMBOL.json research files; unset: the sample data that is shipped'),
  AI_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('an OpenAI-compatible API (…/v1); unset: the offline analyst answers'),
  AI_API_KEY: z.string().min(1).optional().describe('key that it asks for'),
  AI_MODEL: z.string().min(1).default('gpt-4o-mini').describe('name of the model there'),
  AI_TIMEOUT_MS: timeoutMs.default(30_000).describe('ms to wait for an answer of it'),
  AI_DAILY_QUOTA: count.default(50).describe('prompts of a user in a UTC day'),
  JOURNAL_MAX_UPLOAD_BYTES: count
    .default(20_971_520)
    .describe('largest CSV of an import, bytes; above it 413'),

  ...notificationsEnvironment,
  ...jobsEnvironment,
  ...tradingEnvironment,
});

export type Environment = z.output<typeof environmentSchema>;

/** Clients decode user and password of a URL, and throw on what cannot be. */
function hasDecodableParts(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}
