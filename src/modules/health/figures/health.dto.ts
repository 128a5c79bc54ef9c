import { z } from 'zod';

const status = z.enum(['healthy', 'degraded', 'unhealthy']);
const note = z.string().nullable().describe('why figures are null, in a sentence');
const count = z.number().int().min(0);

/** Names as the monitors that read them know them. */
export const detailedHealthSchema = z.object({
  status: status.describe('degraded: Redis is away, and what the database can serve is served'),
  services: z.object({
    database: z.object({
      status,
      connected: z.boolean(),
      kind: z.enum(['postgres', 'pglite']),
      latency_ms: z.number().nullable(),
    }),
    redis: z.object({
      status,
      connected: z.boolean(),
      mode: z.enum(['redis', 'memory']),
      note,
      hit_rate_percent: z.number().nullable(),
      memory_usage: z.string().nullable(),
      total_commands: count.nullable(),
      uptime_seconds: count.nullable(),
      connected_clients: count.nullable(),
    }),
  }),
  timestamp: z.iso.datetime(),
});
export type DetailedHealth = z.output<typeof detailedHealthSchema>;

export const redisHealthSchema = z.object({
  status,
  connected: z.boolean(),
  note,
  info: z
    .object({
      server: z.object({ version: z.string(), mode: z.string(), uptime: count.describe('s') }),
      clients: z.object({ connected: count, blocked: count }),
      pool: z.object({
        max_connections: count.nullable().describe('that the server takes, of everybody'),
        created_connections: count.describe('of this process'),
        available_connections: count.describe('of those: able to take commands now'),
      }),
    })
    .nullable(),
  timestamp: z.iso.datetime(),
});
export type RedisHealth = z.output<typeof redisHealthSchema>;

export const cacheHealthSchema = z.object({
  status,
  note,
  hit_rate_percent: z
    .number()
    .nullable()
    .describe('of this process, both tiers and ended values; null: nothing was looked up'),
  link: z
    .object({
      state: z
        .enum(['alone', 'coherent', 'remote', 'detached'])
        .describe(
          'of this process to the others; remote: it does not hear of changes and asks Redis on every read; ' +
            'detached: Redis is away, it serves what it has',
        ),
      owed_invalidations: count.describe('Redis is still to be told of them'),
    })
    .describe('degraded while it is remote or detached'),
  memory: z
    .object({
      used_memory: count.describe('bytes'),
      used_memory_human: z.string(),
      maxmemory: count.nullable().describe('bytes; null: no limit is set'),
    })
    .nullable(),
  keys: z
    .object({
      total: count,
      by_namespace: z.record(z.string(), count),
      bytes: count,
      bytes_by_namespace: z.record(z.string(), count),
      complete: z.boolean().describe('false: there are more than the bounded scan came to'),
    })
    .nullable(),
  timestamp: z.iso.datetime(),
});
export type CacheHealth = z.output<typeof cacheHealthSchema>;
