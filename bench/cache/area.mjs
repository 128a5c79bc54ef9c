// @ts-check
import { batch } from './batch.mjs';
import { frozenRedis } from './frozen-redis.mjs';
import { invalidationLatency } from './invalidation-latency.mjs';
import { l1GetOrSet } from './l1-get-or-set.mjs';
import { l2GetOrSet, l2GetOrSetLarge } from './l2-get-or-set.mjs';
import { stampede, stampedeKilled } from './stampede.mjs';
import { tagInvalidation } from './tag-invalidation.mjs';

/** @type {import('../harness/case.mjs').Area} */
export const cases = [
  l1GetOrSet,
  l2GetOrSet,
  l2GetOrSetLarge,
  batch,
  stampede,
  stampedeKilled,
  tagInvalidation,
  invalidationLatency,
  frozenRedis,
];
