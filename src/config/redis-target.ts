import type { Environment } from './environment.js';

interface RedisAuth {
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** undefined: no TLS. */
  readonly tls: { readonly rejectUnauthorized: boolean } | undefined;
}
type Node = Readonly<{ host: string; port: number }>;

/** One of the four ways to reach a Redis. */
export type RedisTarget =
  | { readonly kind: 'url'; readonly url: string; readonly rejectUnauthorized: boolean }
  | ({ readonly kind: 'parts' } & Node & RedisAuth)
  | ({ readonly kind: 'cluster'; readonly nodes: readonly Node[] } & RedisAuth)
  | ({
      readonly kind: 'sentinel';
      readonly sentinels: readonly Node[];
      readonly masterName: string;
    } & RedisAuth);

/** undefined: the in-process drivers. */
export function redisTarget(env: Environment): RedisTarget | undefined {
  if (!env.REDIS_ENABLED) return undefined;
  const rejectUnauthorized = env.REDIS_TLS_REJECT_UNAUTHORIZED;
  const auth = {
    username: env.REDIS_USERNAME,
    password: env.REDIS_PASSWORD,
    tls: env.REDIS_TLS ? { rejectUnauthorized } : undefined,
  };
  if (env.REDIS_CLUSTER_NODES) return { kind: 'cluster', nodes: env.REDIS_CLUSTER_NODES, ...auth };
  if (env.REDIS_SENTINELS) {
    return {
      kind: 'sentinel',
      sentinels: env.REDIS_SENTINELS,
      masterName: env.REDIS_SENTINEL_NAME,
      ...auth,
    };
  }
  const url = env.REDIS_PRIVATE_URL ?? env.REDIS_URL;
  if (url !== undefined) return { kind: 'url', url, rejectUnauthorized };
  if (env.REDIS_HOST !== undefined) {
    return { kind: 'parts', host: env.REDIS_HOST, port: env.REDIS_PORT, ...auth };
  }
  return undefined;
}

/** undefined: jobs run in the process. @param fallback where the rest of Redis is */
export function queueTarget(
  env: Environment,
  fallback: RedisTarget | undefined,
): RedisTarget | undefined {
  if (!env.REDIS_ENABLED) return undefined;
  if (env.QUEUE_REDIS_URL === undefined) return fallback;
  return {
    kind: 'url',
    url: env.QUEUE_REDIS_URL,
    rejectUnauthorized: env.REDIS_TLS_REJECT_UNAUTHORIZED,
  };
}
