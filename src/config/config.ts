import { AppError } from '../kernel/app-error.js';
import type { KeyRing } from '../kernel/secret-box.js';
import { environmentSchema, type Environment } from './environment.js';
import { jobsSettings, type JobsSettings } from './jobs-environment.js';
import {
  notificationConflicts,
  notificationSettings,
  type NotificationSettings,
} from './notifications-environment.js';
import { paperSettings, type PaperSettings } from './paper-environment.js';
import { queueTarget, redisTarget, type RedisTarget } from './redis-target.js';
import { riskSettings, type RiskSettings } from './risk-environment.js';

export type { JobsSettings } from './jobs-environment.js';
export type { RedisTarget } from './redis-target.js';

export type Role = Environment['BOURSE_ROLE'];

/** The environment, parsed once and frozen; nothing else reads `process.env`. */
export interface Config {
  readonly role: Role;
  readonly production: boolean;
  readonly logLevel: Environment['LOG_LEVEL'];
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly bodyLimitBytes: number;
    readonly shutdownTimeoutMs: number;
    /** Only what these say of the client's address is believed. */
    readonly trustedProxies: readonly string[];
    /** Of pages on other sites that may open live connections. */
    readonly allowedOrigins: readonly string[];
    /** Addresses and CIDR ranges. */
    readonly neverBlocked: readonly string[];
  };
  readonly database: {
    /** undefined: the embedded PGlite in `dataDir`. */
    readonly url: string | undefined;
    readonly poolSize: number;
    readonly connectTimeoutMs: number;
    readonly statementTimeoutMs: number;
    readonly dataDir: string;
  };
  readonly jobs: JobsSettings;
  readonly redis: {
    /** undefined: the in-process drivers. */
    readonly target: RedisTarget | undefined;
    /** undefined: jobs run in the process, from the jobs table. */
    readonly queueTarget: RedisTarget | undefined;
    readonly keyPrefix: string;
    readonly connectTimeoutMs: number;
    readonly commandTimeoutMs: number;
  };
  readonly cache: {
    readonly enabled: boolean;
    readonly l1MaxEntries: number;
    readonly l1MaxBytes: number;
    readonly callTimeoutMs: number;
  };
  readonly session: {
    readonly idleMs: number;
    readonly absoluteMs: number;
    readonly graceMs: number;
    readonly cookieSecure: boolean;
  };
  readonly admin: { readonly email: string; readonly password: string | undefined };
  readonly live: { readonly pingMs: number };
  readonly market: {
    readonly provider: Environment['MARKET_PROVIDER'];
    readonly seed: string;
    readonly tickMs: number;
    readonly replayDir: string | undefined;
    readonly replayBarsPerSecond: number;
  };
  /** For secrets at rest and encrypted caches. */
  readonly encryptionKeys: KeyRing;
  readonly limiter: {
    readonly callTimeoutMs: number;
    /** Processes that share the limits, until Redis has said how many there are. */
    readonly instances: number;
  };
  /** Replacements of single figures in the table of limits. */
  readonly rateLimits: readonly {
    readonly name: string;
    readonly limit: number;
    readonly windowMs: number;
  }[];
  /** Replacements of single limits in the table of quotas. */
  readonly quotas: ReadonlyMap<string, number>;
  readonly metrics: { readonly token: string | undefined };
  /** undefined: the shipped sample data. */
  readonly research: { readonly dataDir: string | undefined };
  readonly ai: {
    /** undefined: the offline analyst. */
    readonly baseUrl: string | undefined;
    readonly apiKey: string | undefined;
    readonly model: string;
    readonly timeoutMs: number;
    readonly dailyQuota: number;
  };
  readonly journal: { readonly maxUploadBytes: number };
  readonly notifications: NotificationSettings;
  readonly trading: {
    readonly startingCash: string;
    readonly maxWorkingOrders: number;
    readonly paper: PaperSettings;
    readonly hours: 'always' | 'exchange';
    readonly risk: RiskSettings;
  };
}

/** Known to everybody who reads this: production refuses to run with it. */
const DEVELOPMENT_KEYS: KeyRing = [
  { id: 'dev', secret: Buffer.alloc(32, 'dev').toString('base64') },
];

/** Injection token of {@link Config}. */
export const Config = Symbol('Config');

/**
 * Reads the variables, or stops with one line that names what is wrong and never prints a value
 * (a value may be a password).
 * @throws AppError `config.invalid`
 */
export function parseConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is how compose files and shells say "unset".
  const set = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value?.trim() !== ''),
  );
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) {
    throw invalid(
      parsed.error.issues.map((issue) => `${issue.path[0]?.toString()}: ${issue.message}`),
    );
  }
  const config = toConfig(parsed.data);
  const conflicts = findConflicts(config);
  if (conflicts.length > 0) throw invalid(conflicts);
  return deepFreeze(config);
}

function toConfig(env: Environment): Config {
  const production = env.NODE_ENV === 'production';
  const target = redisTarget(env);
  return {
    role: env.BOURSE_ROLE,
    production,
    logLevel: env.LOG_LEVEL,
    http: {
      host: env.HOST,
      port: env.PORT,
      bodyLimitBytes: env.BODY_LIMIT_BYTES,
      shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
      trustedProxies: env.TRUSTED_PROXIES ?? [],
      allowedOrigins: env.ALLOWED_ORIGINS ?? [],
      neverBlocked: env.NEVER_BLOCKED ?? [],
    },
    database: {
      url: env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE,
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
      dataDir: env.DATA_DIR,
    },
    jobs: jobsSettings(env),
    redis: {
      target,
      queueTarget: queueTarget(env, target),
      keyPrefix: env.REDIS_KEY_PREFIX,
      connectTimeoutMs: env.REDIS_CONNECT_TIMEOUT_MS,
      commandTimeoutMs: env.REDIS_COMMAND_TIMEOUT_MS,
    },
    cache: {
      enabled: env.CACHE_ENABLED,
      l1MaxEntries: env.CACHE_L1_MAX_ENTRIES,
      l1MaxBytes: env.CACHE_L1_MAX_BYTES,
      callTimeoutMs: env.CACHE_CALL_TIMEOUT_MS,
    },
    session: {
      idleMs: env.SESSION_IDLE_MS,
      absoluteMs: env.SESSION_ABSOLUTE_MS,
      graceMs: env.SESSION_ROTATION_GRACE_MS,
      cookieSecure: env.SESSION_COOKIE_SECURE ?? production,
    },
    admin: { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD },
    live: { pingMs: env.LIVE_PING_MS },
    market: {
      provider: env.MARKET_PROVIDER,
      seed: env.MARKET_SEED,
      tickMs: env.MARKET_TICK_MS,
      replayDir: env.MARKET_REPLAY_DIR,
      replayBarsPerSecond: env.MARKET_REPLAY_BARS_PER_SECOND,
    },
    encryptionKeys: env.ENCRYPTION_KEYS ?? DEVELOPMENT_KEYS,
    limiter: { callTimeoutMs: env.RATE_LIMIT_CALL_TIMEOUT_MS, instances: env.RATE_LIMIT_INSTANCES },
    rateLimits: env.RATE_LIMITS ?? [],
    quotas: env.QUOTAS ?? new Map(),
    metrics: { token: env.METRICS_TOKEN },
    research: { dataDir: env.RESEARCH_DATA_DIR },
    ai: {
      baseUrl: env.AI_BASE_URL,
      apiKey: env.AI_API_KEY,
      model: env.AI_MODEL,
      timeoutMs: env.AI_TIMEOUT_MS,
      dailyQuota: env.AI_DAILY_QUOTA,
    },
    journal: { maxUploadBytes: env.JOURNAL_MAX_UPLOAD_BYTES },
    notifications: notificationSettings(env),
    trading: {
      startingCash: env.TRADING_STARTING_CASH,
      maxWorkingOrders: env.TRADING_MAX_WORKING_ORDERS,
      paper: paperSettings(env),
      hours: env.TRADING_HOURS,
      risk: riskSettings(env),
    },
  };
}

/** What is allowed alone but not together. */
function findConflicts(config: Config): string[] {
  const conflicts: string[] = [];
  const { database, redis, market, role } = config;
  if (config.production && database.url === undefined) {
    conflicts.push(
      'DATABASE_URL: required in production (the embedded database is for one machine)',
    );
  }
  if (config.production && config.encryptionKeys === DEVELOPMENT_KEYS) {
    conflicts.push('ENCRYPTION_KEYS: required in production (openssl rand -base64 32 makes a key)');
  }
  if (role !== 'all' && database.url === undefined) {
    conflicts.push(
      `DATABASE_URL: required when BOURSE_ROLE is ${role} (processes share one database)`,
    );
  }
  if (role !== 'all' && redis.target === undefined) {
    conflicts.push(
      `REDIS_URL: required when BOURSE_ROLE is ${role} (processes talk through Redis)`,
    );
  }
  if (role !== 'all' && redis.queueTarget === undefined) {
    conflicts.push(`QUEUE_REDIS_URL: required when BOURSE_ROLE is ${role}`);
  }
  if (market.provider === 'replay' && market.replayDir === undefined) {
    conflicts.push('MARKET_REPLAY_DIR: required when MARKET_PROVIDER is replay');
  }
  return [...conflicts, ...notificationConflicts(config.notifications, config.production)];
}

function invalid(problems: readonly string[]): AppError {
  return new AppError('invalid', 'config.invalid', `bad configuration: ${problems.join('; ')}`);
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
