import '../support/quiet.js';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import { eventually } from '../support/eventually.js';
import { RedisMonitor } from '../support/redis-monitor.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import {
  commandOf,
  failing,
  Fleet,
  numbers,
  pause,
  reaches,
  warm,
  type Member,
} from './cache-fleet.setup.js';

/** A write that comes late, on a busy machine, is given up: then there is nothing, and never what was before it. */
const seesNothingOlder = async ({ caches }: Member, version: number): Promise<void> => {
  await reaches(caches, 'coherent');
  await eventually(async () => {
    expect([version, undefined]).toContain(await caches.use(numbers).get('k'));
  });
};
const strict = defineCache<string, number>({ ...numbers, name: 'test.strict', strict: true });

describe('a fleet on one Redis', () => {
  const fleet = new Fleet();

  describe('whose links break', () => {
    it('serves what it has while Redis is away, but nothing of a strict cache', async () => {
      const [member] = (await fleet.of(1)) as [Member];
      const { caches, proxy } = member;
      await caches.use(numbers).set('k', 1);
      await caches.use(strict).set('s', 1);
      expect(await caches.use(strict).get('s')).toBe(1);
      await proxy.down();
      await reaches(caches, 'detached');
      expect(await caches.use(numbers).getOrSet('k', failing)).toBe(1);
      expect(await caches.use(strict).get('s')).toBeUndefined();
      expect(await caches.use(strict).getOrSet('s', () => Promise.resolve(2))).toBe(2);
      await proxy.up();
      await reaches(caches, 'coherent');
      expect(await caches.use(strict).get('s')).toBe(2);
    });

    it.each<[string, (proxy: TcpProxy) => Promise<void> | void]>([
      ['cut', (proxy) => proxy.down()],
      ['frozen', (proxy) => proxy.freeze()],
    ])('serves nothing old once a link that was %s is back', async (_, breakLink) => {
      const [away, other] = [await fleet.join({ callTimeoutMs: 100 }), await fleet.join()];
      await warm([away, other], 'tagged', 1);
      await warm([away, other], 'deleted', 1);
      await warm([away, other], 'set', 1);
      await breakLink(away.proxy);
      await reaches(away.caches, 'detached');
      await other.caches.invalidateTags(['fleet:tagged']);
      await other.caches.use(numbers).delete('deleted');
      await other.caches.use(numbers).set('set', 2);
      const states: string[] = [];
      away.caches.onEvent((event) => {
        if (event.type === 'link') states.push(event.state);
      });
      await away.proxy.down();
      await away.proxy.up();
      const cache = away.caches.use(numbers);
      // From the first moment on in which the process says that it hears of changes.
      await reaches(away.caches, 'coherent');
      expect(await cache.get('tagged')).toBeUndefined();
      expect(await cache.get('deleted')).toBeUndefined();
      expect(await cache.get('set')).toBe(2);
      expect(states).toContain('coherent');
      expect(away.caches.link().gaps).toBeGreaterThan(0);
      expect(away.caches.link().resets).toBe(0);
    });

    it('asks Redis on every read while it cannot be told of changes', async () => {
      const [deaf, other] = (await fleet.of(2)) as [Member, Member];
      await warm([deaf, other], 'k', 1);
      const command = commandOf(other);
      await command.call('ACL', 'SETUSER', 'default', '-subscribe');
      try {
        await command.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await reaches(deaf.caches, 'remote');
        await other.caches.use(numbers).set('k', 2);
        expect(await deaf.caches.use(numbers).get('k')).toBe(2);
        await other.caches.invalidateTags(['fleet:k']);
        expect(await deaf.caches.use(numbers).get('k')).toBeUndefined();
        // A write that comes late, on a busy machine, is given up: it is never believed to be there.
        await eventually(async () => {
          await other.caches.use(numbers).set('k', 3);
          expect(await deaf.caches.use(strict).get('k')).toBe(3);
        });
      } finally {
        await command.call('ACL', 'SETUSER', 'default', '+subscribe');
      }
      await Promise.all([deaf, other].map(({ caches }) => reaches(caches, 'coherent')));
      expect(await deaf.caches.use(numbers).get('k')).toBe(3);
    });

    it('does not serve an ended value that was invalidated while it could not be told', async () => {
      const graced = defineCache<string, number>({
        ...numbers,
        name: 'test.fleet.graced',
        ttlMs: 50,
        graceMs: 60_000,
      });
      const [deaf, other] = (await fleet.of(2)) as [Member, Member];
      await deaf.caches.use(graced).set('k', 1);
      const command = commandOf(other);
      await command.call('ACL', 'SETUSER', 'default', '-subscribe');
      try {
        await command.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await reaches(deaf.caches, 'remote');
        await other.caches.use(graced).delete('k');
        await pause(60);
        await expect(deaf.caches.use(graced).getOrSet('k', failing)).rejects.toThrow('down');
      } finally {
        await command.call('ACL', 'SETUSER', 'default', '+subscribe');
      }
    });

    it('misses nothing under a storm of cuts of the invalidation connection alone', async () => {
      const [reader, writer] = (await fleet.of(2)) as [Member, Member];
      const cache = reader.caches.use(numbers);
      await warm([reader, writer], 'k', 0);
      for (let version = 1; version <= 15; version += 1) {
        const killed = commandOf(writer).call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await writer.caches.use(numbers).set('k', version);
        await killed;
        // That the connection is gone may be seen a moment after it was cut.
        if (version % 3 === 0) await seesNothingOlder(reader, version);
        await cache.getOrSet('k', failing).catch(() => undefined);
      }
      await seesNothingOlder(reader, 15);
      await eventually(async () => {
        await writer.caches.use(numbers).set('k', 16);
        expect(await cache.get('k')).toBe(16);
      });
    });

    it('repeats on return what was invalidated while it was cut off', async () => {
      const [away, other] = (await fleet.of(2)) as [Member, Member];
      await warm([away, other], 'k', 1);
      await warm([away, other], 'tagged', 1);
      await away.proxy.down();
      await away.caches.use(numbers).delete('k');
      await away.caches.invalidateTags(['fleet:tagged']);
      expect(away.caches.link().owedInvalidations).toBe(2);
      // Not to be had back from Redis, which has not been told.
      expect(await away.caches.use(numbers).get('k')).toBeUndefined();
      expect(await away.caches.use(numbers).get('tagged')).toBeUndefined();
      await away.proxy.up();
      await eventually(() => expect(away.caches.link().owedInvalidations).toBe(0));
      for (const { caches } of [other, away]) {
        await eventually(async () => expect(await caches.use(numbers).get('k')).toBeUndefined());
        expect(await caches.use(numbers).get('tagged')).toBeUndefined();
      }
    });
  });

  describe('whose Redis fails it', () => {
    it('leaves nothing older behind where Redis is too full to take a new value', async () => {
      const [here, there] = (await fleet.of(2)) as [Member, Member];
      const local = here.caches.use(numbers);
      await warm([here, there], 'k', 1);
      const command = commandOf(here);
      await command.config('SET', 'maxmemory', '1');
      try {
        await local.set('k', 2);
        expect(await local.get('k')).toBe(2);
        await eventually(async () => {
          expect(await command.exists(`${fleet.prefix}:cache:general:k`)).toBe(0);
          expect(await there.caches.use(numbers).get('k')).toBeUndefined();
        });
        expect(await there.caches.use(numbers).getOrSet('k', () => Promise.resolve(3))).toBe(3);
        // Invalidations get through all the same.
        await here.caches.invalidateTags(['fleet:k']);
        await eventually(async () => {
          expect(await there.caches.use(numbers).get('k')).toBeUndefined();
        });
        await reaches(here.caches, 'coherent');
      } finally {
        await command.config('SET', 'maxmemory', '0');
      }
      await local.set('k', 4);
      await eventually(async () => expect(await there.caches.use(numbers).get('k')).toBe(4));
    });

    const isFull = (member: Member): Promise<unknown> =>
      commandOf(member).config('SET', 'maxmemory', '1');
    const isAway = async ({ proxy, caches }: Member): Promise<void> => {
      await proxy.down();
      await reaches(caches, 'detached');
    };

    it.each<[string, 'before' | 'during', (member: Member) => Promise<unknown>]>([
      ['was full', 'before', isFull],
      ['was away', 'before', isAway],
      ['became full', 'during', isFull],
      ['went away', 'during', isAway],
    ])('leaves nothing older behind where Redis %s %s a refresh', async (_, when, fails) => {
      const [here, there] = (await fleet.of(2)) as [Member, Member];
      await warm([here, there], 'k', 1);
      try {
        if (when === 'before') await fails(here);
        await here.caches.use(numbers).refresh(['k'], async () => {
          if (when === 'during') await fails(here);
          return [2];
        });
        expect(await here.caches.use(numbers).get('k')).toBe(2);
        if (fails === isAway) await here.proxy.up();
        await eventually(async () => {
          expect(await commandOf(there).exists(`${fleet.prefix}:cache:general:k`)).toBe(0);
          expect(await there.caches.use(numbers).get('k')).toBeUndefined();
        });
      } finally {
        await commandOf(there).config('SET', 'maxmemory', '0');
      }
    });

    it('reads nothing from a Redis that did not take a removal, be it that it answers', async () => {
      const [here, there] = (await fleet.of(2)) as [Member, Member];
      await warm([here, there], 'k', 1);
      const command = commandOf(there);
      await command.call('ACL', 'SETUSER', 'default', '-unlink');
      try {
        await here.caches.use(numbers).delete('k');
        expect(await command.exists(`${fleet.prefix}:cache:general:k`)).toBe(1);
        expect(await here.caches.use(numbers).get('k')).toBeUndefined();
        expect(await here.caches.use(numbers).getOrSet('k', () => Promise.resolve(2))).toBe(2);
      } finally {
        await command.call('ACL', 'SETUSER', 'default', '+unlink');
      }
      await eventually(() => expect(here.caches.link().owedInvalidations).toBe(0));
      await eventually(async () => {
        expect(await there.caches.use(numbers).get('k')).toBeUndefined();
      });
    });

    it('tells nobody of a set before it is there, be it that the server has to learn the script first', async () => {
      const [here, there] = (await fleet.of(2)) as [Member, Member];
      await warm([here, there], 'k', 1);
      const monitor = await RedisMonitor.open(fleet.redis.url);
      try {
        const seen: string[] = [];
        monitor.onCommand(({ name, args: [first] }) => {
          if (first === `${fleet.prefix}:cache:general:k`) seen.push(name);
          if (first === `${fleet.prefix}:cache:{~log}:entries`) seen.push('told');
        });
        await commandOf(there).script('FLUSH');
        // It knows how to tell, and not how to store.
        await here.caches.use(numbers).delete('other');
        await eventually(() => expect(seen).toContain('told'));
        seen.length = 0;
        await here.caches.use(numbers).set('k', 2);
        await eventually(() => expect(seen).toEqual(expect.arrayContaining(['set', 'told'])));
        // Once more, if it had been told before.
        await eventually(() => expect(seen.indexOf('set')).toBeLessThan(seen.lastIndexOf('told')));
      } finally {
        monitor.close();
      }
    });

    it('notices that Redis lost all it had, and drops what it knew from there', async () => {
      const members = await fleet.of(2);
      await warm(members, 'k', 1);
      await members[0]?.caches.use(numbers).delete('other');
      await members[0]?.caches.use(numbers).set('k', 2);
      await fleet.redis.flush();
      for (const { caches } of members) {
        await eventually(() => {
          const { resets, gaps } = caches.link();
          expect(resets + gaps).toBeGreaterThan(0);
        });
        await reaches(caches, 'coherent');
        await eventually(async () => expect(await caches.use(numbers).get('k')).toBeUndefined());
      }
    });

    it('notices it also where nothing had been invalidated before the process was cut off', async () => {
      const [away, other] = (await fleet.of(2)) as [Member, Member];
      await warm([away, other], 'k', 1);
      await away.proxy.down();
      await reaches(away.caches, 'detached');
      await other.caches.use(numbers).delete('k');
      await other.caches.close();
      await other.instance.close();
      await fleet.redis.flush();
      await away.proxy.up();
      await reaches(away.caches, 'coherent');
      expect(await away.caches.use(numbers).get('k')).toBeUndefined();
    });
  });
});
