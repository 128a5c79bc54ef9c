import { Logger } from '@nestjs/common';
import { Deferred } from '../../../../test/support/deferred.js';
import { CacheCounters } from '../cache-counters.js';
import { defineCache, policyOf } from '../cache-definition.js';
import type { CacheEntries, Found } from '../cache-entries.js';
import { BackgroundRefresh } from './background-refresh.js';
import { Grace } from './grace.js';

const SOFT_MS = 30;
const down = (): Promise<never> => Promise.reject(new Error('source is down'));
const found = (value: number | undefined, writtenAtMs = 0): Found<number> => ({
  value,
  writtenAtMs,
  freshUntilMs: 0,
  isFresh: false,
});

describe('an ended value', () => {
  let counters: CacheCounters;
  let refresh: BackgroundRefresh;
  let local: Found<number> | undefined;
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    counters = new CacheCounters('test', 'general', () => undefined);
    refresh = new BackgroundRefresh('test');
    local = undefined;
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const graceOf = ({ graceMs = 60_000, softTimeoutMs = Infinity } = {}) => {
    const times = { graceMs, softTimeoutMs };
    const policy = policyOf(
      defineCache<string, number>({
        name: 't',
        namespace: 'general',
        key: String,
        ttlMs: 1,
        ...times,
      }),
    );
    // All that is asked of them here.
    const entries: Partial<CacheEntries<string, number>> = { policy, localAnyway: () => local };
    return new Grace(entries as CacheEntries<string, number>, counters, refresh);
  };
  const wanting = (stale: Found<number> | undefined, isAbandoned = false) => ({
    key: 'k',
    stale,
    flight: { isAbandoned },
  });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const served = (): number => counters.statistics({ declaredTtlMs: 1, ttlMs: 1 }).staleServed;

  describe('that may step in', () => {
    it('is that of the store, or else that of the process', () => {
      local = found(2);
      expect(graceOf().staleOf('k', found(1))).toEqual(found(1));
      expect(graceOf().staleOf('k', undefined)).toEqual(found(2));
    });

    it('is none without a grace period, where there is none, and for a remembered nothing', () => {
      expect(graceOf().staleOf('k', undefined)).toBeUndefined();
      expect(graceOf().staleOf('k', found(undefined))).toBeUndefined();
      local = found(2);
      expect(graceOf({ graceMs: 0 }).staleOf('k', found(1))).toBeUndefined();
    });

    it('may be 0', () => {
      expect(graceOf().staleOf('k', found(0))).toEqual(found(0));
    });
  });

  describe('of a source that fails', () => {
    it('is served, and counted, and the source is left alone for a while', async () => {
      const grace = graceOf();
      expect(grace.insteadOf('k', found(1))).toBeUndefined();
      expect(await grace.orStale(wanting(found(1)), down)).toBe(1);
      expect(served()).toBe(1);
      expect(grace.insteadOf('k', found(1))).toEqual(found(1));
      expect(served()).toBe(2);
      expect(grace.insteadOf('other', found(1))).toBeUndefined();
      expect(grace.insteadOf('k', undefined)).toBeUndefined();
      await pass(5_001);
      expect(grace.insteadOf('k', found(1))).toBeUndefined();
    });

    it('is not there: the error is the reader’s', async () => {
      await expect(graceOf().orStale(wanting(undefined), down)).rejects.toThrow('source is down');
      expect(served()).toBe(0);
    });

    it('is not held against the source where it was the readers who gave up', async () => {
      const grace = graceOf();
      expect(await grace.orStale(wanting(found(1), true), down)).toBe(1);
      expect(grace.insteadOf('k', found(1))).toBeUndefined();
    });
  });

  describe('of a source that is slow', () => {
    const slow = () => graceOf({ softTimeoutMs: SOFT_MS });

    it('is served at the soft time-out, and the load goes on for those who come then', async () => {
      const grace = slow();
      const source = new Deferred<number>();
      const load = jest.fn(() => source.promise);
      const first = grace.orStale(wanting(found(1)), load);
      await pass(SOFT_MS);
      expect(await first).toBe(1);
      const second = grace.orStale(wanting(found(1)), load);
      source.resolve(2);
      expect(await second).toBe(2);
      expect(load).toHaveBeenCalledTimes(1);
      expect(served()).toBe(1);
      expect(await grace.orStale(wanting(found(1)), () => Promise.resolve(3))).toBe(3);
    });

    it('is not waited for where the source is in time, be it with nothing', async () => {
      expect(await slow().orStale(wanting(found(1)), () => Promise.resolve(undefined))).toBe(
        undefined,
      );
      expect([served(), jest.getTimerCount()]).toEqual([0, 0]);
    });

    it('lets nobody join a load for another ended value than his own', async () => {
      const grace = slow();
      const [older, newer] = [new Deferred<number>(), new Deferred<number>()];
      const first = grace.orStale(wanting(found(1, 1)), () => older.promise);
      const second = grace.orStale(wanting(found(2, 2)), () => newer.promise);
      older.resolve(3);
      expect(await first).toBe(3);
      // The end of the older load is not that of the newer one.
      const third = grace.orStale(wanting(found(2, 2)), down);
      newer.resolve(4);
      expect(await Promise.all([second, third])).toEqual([4, 4]);
    });

    it('lets nobody join a load who has no ended value', async () => {
      const grace = slow();
      const source = new Deferred<number>();
      const first = grace.orStale(wanting(found(1)), () => source.promise);
      expect(await grace.orStale(wanting(undefined), () => Promise.resolve(5))).toBe(5);
      source.resolve(2);
      expect(await first).toBe(2);
    });

    it('lets nobody join a load whose readers have given up', async () => {
      const grace = slow();
      const first = grace.orStale(wanting(found(1), true), () => new Promise(() => undefined));
      expect(await grace.orStale(wanting(found(1)), () => Promise.resolve(2))).toBe(2);
      await pass(SOFT_MS);
      expect(await first).toBe(1);
    });

    it('does not step in for a source that is well: who joined a load that was given up asks it himself', async () => {
      const grace = graceOf();
      const given = { isAbandoned: false };
      const source = new Deferred<number>();
      const first = grace.orStale({ ...wanting(found(1)), flight: given }, () => source.promise);
      const joined = grace.orStale(wanting(found(1)), () => Promise.resolve(2));
      given.isAbandoned = true;
      source.reject(new Error('given up'));
      expect(await Promise.all([first, joined])).toEqual([1, 2]);
      expect(served()).toBe(1);
    });

    it('is counted for each who got it, and not for a failure that nobody waited for', async () => {
      const grace = slow();
      const source = new Deferred<number>();
      const first = grace.orStale(wanting(found(1)), () => source.promise);
      await pass(SOFT_MS);
      expect(await first).toBe(1);
      source.reject(new Error('source is down'));
      await pass(0);
      expect(served()).toBe(1);
      const both = [1, 2].map(() => grace.orStale(wanting(found(1)), down));
      expect(await Promise.all(both)).toEqual([1, 1]);
      expect(served()).toBe(3);
    });
  });
});
