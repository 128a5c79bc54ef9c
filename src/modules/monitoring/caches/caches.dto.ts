import { z } from 'zod';
import { NOT_PRINTABLE, PRINTABLE } from '../../../kernel/printable-text.js';
import { CACHE_NAMESPACES } from '../../../redis/index.js';
import { cacheTtlMsSchema } from '../../system-config/index.js';

const count = z.number().int().min(0);
const namespace = z.enum(CACHE_NAMESPACES);
const text = (maxLength: number) =>
  z.string().min(1).max(maxLength).regex(PRINTABLE, NOT_PRINTABLE);

/** Of one cache, or of several together. */
export const cacheCounts = {
  localHits: count.describe('answered by the process'),
  remoteHits: count.describe('answered by Redis'),
  staleServed: count.describe('answered with an ended value: the source failed or was slow'),
  misses: count.describe('what only the source could answer'),
  hitRatePercent: z
    .number()
    .nullable()
    .describe('hits and ended values, of all reads; null: nothing was looked up'),
  loads: count,
  loadErrors: count,
  averageLoadMs: z.number().nullable(),
  coalesced: count.describe('readers who shared the load of another reader'),
  awaited: count.describe('readers who got what another process loaded'),
  refreshes: count.describe('loads behind a served value'),
  refused: count.describe('loaded, and not kept: invalidated meanwhile'),
  unreadable: count.describe('stored values of an older shape or sealed with a lost key'),
  evictions: count.describe('local entries that made room'),
  localEntries: count,
  localBytes: count.describe('about, by the size of their JSON'),
};

export const cacheFigureSchema = z.object({
  name: z.string(),
  namespace,
  declaredTtlMs: count,
  ttlMs: count.describe('as it is now'),
  overridden: z.boolean(),
  ...cacheCounts,
});
export type CacheFigure = z.output<typeof cacheFigureSchema>;

const namespaceTotalsSchema = z.object({ namespace, caches: count, ...cacheCounts });
export type NamespaceTotals = z.output<typeof namespaceTotalsSchema>;

const prefetchFigureSchema = z
  .object({
    name: z.string(),
    predicted: count.describe('loads that were begun because of a prediction'),
    used: count.describe('of those: somebody came for it in time'),
    wasted: count.describe('of those: nobody did'),
    forgone: count.describe('predictions that were not followed: no room, or over the limits'),
  })
  .describe('what readers ask for next, fetched before they do');

const writeBehindFigureSchema = z
  .object({
    name: z.string(),
    durability: z.enum(['memory', 'journaled']),
    pending: count
      .nullable()
      .describe(
        'keys that wait for their source, of the fleet where journaled; null: the journal does not answer',
      ),
    oldestAgeMs: z.number().min(0).nullable().describe('how long the first of them has waited'),
    acknowledged: count.describe('writes that callers were told are kept'),
    refused: count.describe('writes for which there was no room, or no journal'),
    flushed: count.describe('keys that the source took'),
    failed: count.describe('keys that the source was given in vain, and will be again'),
  })
  .describe('writes that readers see before their source has them');

export const cacheListSchema = z
  .object({
    asOf: z.iso.datetime(),
    enabled: z.boolean().describe('false: CACHE_ENABLED=false, every read goes to its source'),
    link: z
      .object({
        state: z
          .enum(['alone', 'coherent', 'remote', 'detached'])
          .describe(
            'alone: no Redis is configured; coherent: changes of others arrive; remote: they do not, every read ' +
              'asks Redis; detached: Redis is away, the process serves what it has',
          ),
        owedInvalidations: count.describe('Redis is still to be told of them'),
        gaps: count.describe('times that messages were missed and caught up with'),
        resets: count.describe('times that all was dropped: Redis had lost some of its history'),
        errors: count.describe('commands that failed or took too long'),
      })
      .describe('how the process stands to the others'),
    items: z.array(cacheFigureSchema),
    namespaces: z.array(namespaceTotalsSchema),
    prefetches: z.array(prefetchFigureSchema),
    writeBehinds: z.array(writeBehindFigureSchema),
  })
  .describe('of the process that answers, since it started');
export type CacheList = z.output<typeof cacheListSchema>;

export const hotKeysQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(256).default(20),
});
export type HotKeysQuery = z.output<typeof hotKeysQuerySchema>;

export const hotKeysSchema = z.object({
  items: z.array(
    z.object({
      cache: z.string(),
      key: z.string().describe('after the namespace'),
      reads: count.describe('since the process started, estimated from one in 64'),
    }),
  ),
});
export type HotKeys = z.output<typeof hotKeysSchema>;

export const cacheNameSchema = z
  .string()
  .regex(/^[a-z][\w.-]{0,99}$/i, 'must be the name of a cache');

export const overrideTtlSchema = z.strictObject({
  ttlMs: cacheTtlMsSchema
    .nullable()
    .describe('of values stored from now on, in every process; null: as declared'),
});
export type OverrideTtl = z.output<typeof overrideTtlSchema>;

/** Exactly one of them. */
export const invalidateSchema = z.union([
  z.strictObject({ tags: z.array(text(200)).min(1).max(100) }),
  z.strictObject({ namespace }),
  z.strictObject({
    namespace,
    pattern: text(200).describe(
      'of the key after the namespace, without the version; * is any run of characters',
    ),
  }),
  z.strictObject({ user: z.uuid().describe('id') }),
  z.strictObject({
    symbol: z
      .string()
      .regex(/^[A-Z\d.-]{1,12}$/i, 'must be 1-12 characters: letters, digits, . and -')
      .toUpperCase(),
  }),
  z.strictObject({ model: z.uuid().describe('id') }),
  z.strictObject({ all: z.literal(true) }),
]);
export type Invalidate = z.output<typeof invalidateSchema>;

export const invalidatedSchema = z.object({
  dropped: invalidateSchema.describe('as it was asked for'),
  keys: count.nullable().describe('how many matched a pattern; null: not counted'),
  complete: z
    .boolean()
    .describe(
      'false (202): Redis is away. Here it is dropped; the others are told once it is back',
    ),
});
export type Invalidated = z.output<typeof invalidatedSchema>;
