import '../support/quiet.js';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import type { HybridCaches } from '../../src/redis/cache/hybrid.caches.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { ttlsByKey, watchCommands } from '../support/keyspace.js';
import { commandOf, failing, Fleet, numbers, pause, type Member } from './cache-fleet.setup.js';

describe('a fleet on one Redis', () => {
  const fleet = new Fleet();

  describe('that loads', () => {
    it('asks the source once for 200 callers on 4 instances', async () => {
      const members = await fleet.of(4);
      const load = jest.fn(async () => {
        await pause(50);
        return 7;
      });
      const answers = Array.from({ length: 200 }, (_, i) =>
        (members[i % 4] as Member).caches.use(numbers).getOrSet('k', load),
      );
      expect(new Set(await Promise.all(answers))).toEqual(new Set([7]));
      expect(load).toHaveBeenCalledTimes(1);
    });

    it.each<[string, (member: Member) => Promise<void> | void]>([
      ['is cut off', ({ proxy }) => proxy.down()],
      ['freezes', ({ proxy }) => proxy.freeze()],
      ['ends', (member) => commandOf(member).disconnect()],
    ])(
      'replaces a loader that %s long before its lease would end, by one other',
      async (_, kill) => {
        const [holder, ...others] = (await fleet.of(4)) as [Member, ...Member[]];
        const lost = new Deferred<number>();
        const first = jest.fn(() => lost.promise);
        const gone = holder.caches.use(numbers).getOrSet('k', first);
        await eventually(() => expect(first).toHaveBeenCalled());
        const load = jest.fn(() => Promise.resolve(2));
        const answers = others.flatMap(({ caches }) =>
          Array.from({ length: 20 }, () => caches.use(numbers).getOrSet('k', load)),
        );
        await eventually(async () => {
          const leases = await commandOf(others[0] as Member).keys(
            `${fleet.prefix}:cache:~lease:*`,
          );
          expect(leases).toHaveLength(1);
        });
        const killedAtMs = performance.now();
        await kill(holder);
        expect(new Set(await Promise.all(answers))).toEqual(new Set([2]));
        expect(performance.now() - killedAtMs).toBeLessThan(15_000);
        expect(load).toHaveBeenCalledTimes(1);
        lost.resolve(1);
        // What it has, it has for its own readers.
        expect(await gone).toBe(1);
        for (const { caches } of others) expect(await caches.use(numbers).get('k')).toBe(2);
      },
    );

    it('looks no further for readers who have given up while another loads', async () => {
      const [holder, other] = (await fleet.of(2)) as [Member, Member];
      const source = new Deferred<number>();
      const load = jest.fn(() => source.promise);
      const first = holder.caches.use(numbers).getOrSet('k', load);
      await eventually(() => expect(load).toHaveBeenCalled());
      const impatient = new AbortController();
      const { signal } = impatient;
      const gone = other.caches.use(numbers).getOrSetOptional('k', failing, { signal });
      gone.catch(() => undefined);
      const sent = watchCommands(commandOf(other));
      const looks = (): string[] => sent().filter((name) => name === 'mget');
      // It looks four times a second.
      await eventually(() => expect(looks()).not.toEqual([]));
      impatient.abort(new Error('no time'));
      await expect(gone).rejects.toThrow('no time');
      await eventually(async () => {
        looks();
        await pause(600);
        expect(looks()).toEqual([]);
      });
      source.resolve(1);
      expect(await first).toBe(1);
    });

    it('does not replace a loader that is slow and alive', async () => {
      const [holder, other] = (await fleet.of(2)) as [Member, Member];
      const load = jest.fn(async () => {
        await pause(3_000);
        return 1;
      });
      const first = holder.caches.use(numbers).getOrSet('k', load);
      await eventually(() => expect(load).toHaveBeenCalled());
      const second = jest.fn(() => Promise.resolve(2));
      expect(await other.caches.use(numbers).getOrSet('k', second)).toBe(1);
      expect(await first).toBe(1);
      expect(second).not.toHaveBeenCalled();
    });

    it.each<[string, (caches: HybridCaches) => Promise<unknown>]>([
      ['a delete', (caches) => caches.use(numbers).delete('k')],
      ['a tag', (caches) => caches.invalidateTags(['fleet:k'])],
      ['its namespace', (caches) => caches.invalidateNamespace('general')],
      ['all', (caches) => caches.invalidateAll()],
      ['a pattern', (caches) => caches.invalidatePattern('general', 'k*')],
    ])('lets nobody join a load elsewhere from before the invalidation by %s', async (_, drop) => {
      const [holder, changer, third] = (await fleet.of(3)) as [Member, Member, Member];
      const source = new Deferred<number>();
      const load = jest.fn(() => source.promise);
      const old = holder.caches.use(numbers).getOrSet('k', load);
      await eventually(() => expect(load).toHaveBeenCalled());
      await drop(changer.caches);
      const fresh = () => Promise.resolve(2);
      expect(await changer.caches.use(numbers).getOrSet('k', fresh)).toBe(2);
      expect(await third.caches.use(numbers).getOrSet('k', fresh)).toBe(2);
      source.resolve(1);
      expect(await old).toBe(1);
      for (const { caches } of [changer, third]) {
        expect(await caches.use(numbers).get('k')).toBe(2);
      }
      await eventually(async () => expect(await holder.caches.use(numbers).get('k')).toBe(2));
    });
  });

  describe('in its memory', () => {
    const texts = defineCache<string, string>({
      name: 'test.fleet.texts',
      namespace: 'research',
      key: (key) => key,
      ttlMs: 60_000,
    });

    it('keeps large values small in Redis', async () => {
      const [here, there] = (await fleet.of(2)) as [Member, Member];
      const text = 'the same again and '.repeat(5_000);
      await here.caches.use(texts).set('k', text);
      const key = `${fleet.prefix}:cache:research:k`;
      expect(await commandOf(here).strlen(key)).toBeLessThan(text.length / 10);
      expect(await there.caches.use(texts).get('k')).toBe(text);
    });

    it('keeps no more in the process than it may', async () => {
      const [{ caches }] = (await fleet.of(1)) as [Member];
      const text = 'x'.repeat(1_500_000);
      for (let i = 0; i < 20; i += 1) await caches.use(texts).set(`k${i}`, text);
      const [own] = caches.statistics();
      expect(own?.localBytes).toBeLessThanOrEqual(10_000_000);
      expect(own?.localEntries).toBeGreaterThan(1);
      expect(own?.evictions).toBeGreaterThan(0);
    });

    it('gives every key in Redis an end, whatever made it', async () => {
      const [{ caches, instance }, other] = (await fleet.of(2)) as [Member, Member];
      const cache = caches.use(numbers);
      await cache.setMany([
        ['a', 1],
        ['b', 2],
      ]);
      await cache.getOrSet('c', () => Promise.resolve(3));
      await cache.getOrSet('d', failing).catch(() => undefined);
      await cache.refresh(['e'], () => Promise.resolve([5]));
      await cache.delete('a');
      await caches.invalidateTags(['fleet:b']);
      await caches.invalidatePattern('general', 'c');
      void cache
        .getOrSet('held', () => new Promise<number>(() => undefined))
        .catch(() => undefined);
      void other.caches
        .use(numbers)
        .getOrSet('held', failing)
        .catch(() => undefined);
      await eventually(async () => {
        const ttls = await ttlsByKey(instance.connections.command, fleet.prefix);
        expect([...ttls.keys()].some((key) => key.includes('~lease:'))).toBe(true);
        const endless = [...ttls].filter(([, ttlMs]) => ttlMs < 0 || ttlMs > 86_400_000);
        expect(endless).toEqual([]);
      });
    });
  });
});
