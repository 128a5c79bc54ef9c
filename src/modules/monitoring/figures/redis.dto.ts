import { z } from 'zod';

const count = z.number().int().min(0);
const mode = z.enum(['redis', 'memory']).describe('memory: no Redis is configured');
const note = z.string().nullable().describe('why figures are null, in a sentence');

export const redisDashboardSchema = z.object({
  mode,
  note,
  asOf: z.iso.datetime(),
  health: z.object({
    status: z.enum(['healthy', 'warning', 'critical']),
    issues: z.array(z.string()),
  }),
  connection: z.object({
    connected: z.boolean().describe('always true in memory mode: there is nothing to lose'),
    latencyMs: z.number().nullable(),
    open: count.describe('connections of this process'),
    ready: count,
    errors: count.describe('losses and failed attempts since this process started'),
  }),
  server: z
    .object({
      version: z.string(),
      mode: z.string(),
      nodes: count,
      uptimeSeconds: count,
    })
    .nullable(),
  memory: z
    .object({
      usedBytes: count,
      peakBytes: count,
      maxBytes: count.nullable().describe('null: no limit is set'),
      usedPercent: z.number().nullable(),
      fragmentationRatio: z.number().nullable(),
      evictionPolicy: z.string().nullable(),
    })
    .nullable(),
  performance: z
    .object({
      operationsPerSecond: count,
      commands: count,
      inputBytes: count,
      outputBytes: count,
      rejectedConnections: count,
    })
    .nullable(),
  keyspace: z.object({ keys: count, expiring: count, expired: count, evicted: count }).nullable(),
  hitRate: z
    .object({ hits: count, misses: count, percent: z.number().nullable() })
    .nullable()
    .describe('of all lookups on the server since it started; of our caches see monitoring/cache'),
  caches: z
    .object({
      keys: count,
      bytes: count,
      namespaces: z.array(z.object({ namespace: z.string(), keys: count, bytes: count })),
      asOf: z.iso.datetime(),
      complete: z.boolean().describe('false: there are more than the bounded scan came to'),
    })
    .nullable()
    .describe('what our caches keep on the server; names with ~ are for their own use'),
  clients: z.object({ connected: count, blocked: count, max: count.nullable() }).nullable(),
});
export type RedisDashboard = z.output<typeof redisDashboardSchema>;

export const MAX_TEST_OPERATIONS = 1_000;
export const performanceTestQuerySchema = z.strictObject({
  operations: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_TEST_OPERATIONS)
    .default(200)
    .describe('of each kind, one after the other; for 5 s at most'),
});
export type PerformanceTestQuery = z.output<typeof performanceTestQuerySchema>;

const latency = z
  .object({ operations: count, p50Ms: z.number(), p95Ms: z.number(), maxMs: z.number() })
  .nullable();

export const performanceTestSchema = z.object({
  mode,
  note,
  result: z
    .object({
      operations: count,
      durationMs: z.number(),
      operationsPerSecond: count,
      complete: z.boolean(),
      commands: z.object({ set: latency, get: latency, delete: latency }),
    })
    .nullable(),
});
export type PerformanceTest = z.output<typeof performanceTestSchema>;

export const limitQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type LimitQuery = z.output<typeof limitQuerySchema>;

export const slowQueriesSchema = z.object({
  mode,
  note,
  items: z
    .array(
      z.object({
        id: count,
        at: z.iso.datetime(),
        durationMicros: count,
        command: z.string(),
        arguments: z.array(z.string()).describe('`?`: not shown; of our keys the first parts'),
        argumentCount: count,
        client: z.string().nullable(),
      }),
    )
    .nullable(),
});
export type SlowQueries = z.output<typeof slowQueriesSchema>;

export const clientsSchema = z.object({
  mode,
  note,
  total: count.nullable().describe('there may be more than `items`'),
  items: z
    .array(
      z.object({
        id: count,
        address: z.string(),
        name: z.string().nullable(),
        user: z.string().nullable(),
        ageSeconds: count,
        idleSeconds: count,
        database: count,
        lastCommand: z.string().nullable(),
        memoryBytes: count.nullable(),
        own: z.boolean().describe('of this application'),
      }),
    )
    .nullable(),
});
export type Clients = z.output<typeof clientsSchema>;
