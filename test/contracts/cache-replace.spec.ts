import '../support/quiet.js';
import type { Redis } from 'ioredis';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { watchCommands } from '../support/keyspace.js';
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.js';
import { openClusterInstance } from '../support/redis-instance.js';
import { RedisMonitor } from '../support/redis-monitor.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { commandOf, Fleet, reaches, type Member } from './cache-fleet.setup.js';
import { startCaches } from './cache.setup.js';

const numbers = defineCache<string, number>({
  name: 'test.replace',
  namespace: 'general',
  key: (key) => key,
  ttlMs: 60_000,
  tags: () => ['replace'],
});
const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
const entriesOf = (value: number) => keys.map((key) => [key, value] as const);
const waitForTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a batch that replaces what a fleet has', () => {
  const fleet = new Fleet();
  const opened = async (): Promise<[Member, Member]> => {
    const members = (await fleet.of(2)) as [Member, Member];
    for (const { caches } of members) {
      await reaches(caches, 'coherent');
      await caches.use(numbers).set('tags are known', 1);
    }
    return members;
  };

  it('is stored and told of in one round trip', async () => {
    const [here, there] = await opened();
    expect(await there.caches.use(numbers).getMany(keys)).toEqual(keys.map(() => undefined));
    const sent = watchCommands(commandOf(here));
    here.proxy.freeze();
    const done = here.caches.use(numbers).setMany(entriesOf(1));
    await waitForTurn();
    expect(sent()).toEqual(['evalsha', 'evalsha']);
    here.proxy.thaw();
    await done;
    expect(sent()).toEqual([]);
    expect(here.caches.link().owedInvalidations).toBe(0);
    expect(await there.caches.use(numbers).getMany(keys)).toEqual(keys.map(() => 1));
  });

  it('is stored by nobody any more once its writer has given up, however late it arrives', async () => {
    const [here, there] = await opened();
    await there.caches.use(numbers).setMany(entriesOf(1));
    const monitor = await RedisMonitor.open(fleet.redis.url);
    try {
      const seen: string[] = [];
      monitor.onCommand(({ name, args, source }) => {
        if (name === 'evalsha' && args.includes('general:k0')) seen.push('put');
        if (source === 'lua' && name === 'set') seen.push('stored');
      });
      here.proxy.freeze();
      await here.caches.use(numbers).setMany(entriesOf(2));
      expect(here.caches.link().owedInvalidations).toBeGreaterThan(0);
      await there.caches.use(numbers).setMany(entriesOf(3));
      await eventually(() => expect(seen).toContain('stored'));
      seen.length = 0;
      here.proxy.thaw();
      await eventually(() => expect(seen).toContain('put'));
      // Told again by then, behind it on the same connection.
      await eventually(() => expect(here.caches.link().owedInvalidations).toBe(0));
      expect(seen).not.toContain('stored');
    } finally {
      monitor.close();
    }
  });

  it('is stored by a process that does not know yet what time it is at Redis', async () => {
    const { instance, caches } = await fleet.join();
    jest.spyOn(instance.connections.command, 'time').mockRejectedValueOnce(new Error('not now'));
    await caches.use(numbers).setMany(entriesOf(1));
    const { caches: others } = await fleet.join();
    expect(await others.use(numbers).getMany(keys)).toEqual(keys.map(() => 1));
  });

  it('ends with the last of several that were not waited for', async () => {
    const [here, there] = await opened();
    await commandOf(here).script('FLUSH');
    await Promise.all([1, 2, 3].map((value) => here.caches.use(numbers).setMany(entriesOf(value))));
    const [mine, theirs] = await Promise.all(
      [here, there].map(({ caches }) => caches.use(numbers).getMany(keys)),
    );
    expect(mine).toEqual(keys.map(() => 3));
    // What had to be sent twice may be given up for lost, but is never the older one.
    expect(theirs?.filter((value) => value !== undefined && value !== 3)).toEqual([]);
  });
});

describe('what replaces an entry that something newer happens to', () => {
  const fleet = new Fleet();
  const perKey = defineCache<string, number>({
    ...numbers,
    name: 'test.replace.per-key',
    tags: (key) => [`replace:${key}`],
  });
  /** A held-up answer to what time it is: `release` lets it come. */
  function holdClock({ instance }: Member): { release(): void } {
    const command = instance.connections.command as Redis;
    const held = new Deferred<undefined>();
    const time = command.time.bind(command);
    const spy = jest.spyOn(command, 'time').mockImplementation(async () => {
      await held.promise;
      return time();
    });
    return {
      release: () => {
        spy.mockRestore();
        held.resolve(undefined);
      },
    };
  }

  it('brings nothing back that was deleted, or set again, before its part was sent', async () => {
    const [here, there] = (await fleet.of(2)) as [Member, Member];
    const cache = here.caches.use(numbers);
    const many = Array.from({ length: 1_100 }, (_, i) => `k${i}`);
    const done = cache.setMany(many.map((key) => [key, 1] as const));
    await Promise.all([done, cache.delete('k1050'), cache.set('k1051', 2)]);
    for (const { caches } of [here, there]) {
      const [deleted, again, other] = await caches.use(numbers).getMany(['k1050', 'k1051', 'k0']);
      expect([deleted, other]).toEqual([undefined, 1]);
      // What was overtaken is removed, not stored: nobody gets the older value.
      expect([2, undefined]).toContain(again);
    }
  });

  it('brings nothing back that was deleted while its tags were looked up', async () => {
    const [here, there] = (await fleet.of(2)) as [Member, Member];
    const cache = here.caches.use(perKey);
    await Promise.all([cache.set('k', 1), cache.delete('k')]);
    for (const { caches } of [here, there])
      expect(await caches.use(perKey).get('k')).toBeUndefined();
  });

  it('leaves nothing in its own process that was deleted while it was under way', async () => {
    const here = await fleet.join();
    await here.caches.use(numbers).set('tags are known', 1);
    const cache = here.caches.use(numbers);
    // Without a reading of late, a write asks first.
    const clock = holdClock(here);
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 300);
    const set = cache.set('k', 1);
    jest.mocked(performance.now).mockRestore();
    await cache.delete('k');
    clock.release();
    let isDone = false;
    void set.finally(() => {
      isDone = true;
    });
    while (!isDone) await cache.get('k');
    expect(await cache.get('k')).toBeUndefined();
  });

  it('is removed once more when it may have arrived after its writer failed', async () => {
    const [here, there, third] = (await fleet.of(3)) as [Member, Member, Member];
    for (const { caches } of [here, there, third]) {
      await reaches(caches, 'coherent');
      await caches.use(numbers).set('tags are known', 1);
    }
    const clock = holdClock(here);
    const { command } = here.instance.connections;
    // Telling fails at once, while the write itself still waits for the time.
    const send = jest.spyOn(command, 'evalsha').mockRejectedValueOnce(new Error('cut'));
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 300);
    const set = here.caches.use(numbers).set('k', 1);
    jest.mocked(performance.now).mockRestore();
    await set;
    expect(send).toHaveBeenCalled();
    await eventually(() => expect(here.caches.link().owedInvalidations).toBe(0));
    await there.caches.use(numbers).set('k', 2);
    clock.release();
    await eventually(async () => {
      for (const { caches } of [here, there, third]) {
        expect(await caches.use(numbers).get('k')).not.toBe(1);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    for (const { caches } of [here, there, third]) {
      expect(await caches.use(numbers).get('k')).not.toBe(1);
    }
  });

  it('is of a key that is there twice the last, in every process', async () => {
    const [here, there] = (await fleet.of(2)) as [Member, Member];
    await here.caches.use(numbers).setMany([
      ['k', 1],
      ['k', 2],
    ]);
    for (const { caches } of [here, there]) expect(await caches.use(numbers).get('k')).toBe(2);
  });
});

describe('a batch that replaces what the nodes of a Cluster have', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 60_000);
  afterAll(() => cluster?.stop());

  it('costs each node one round trip, and one more tells of it', async () => {
    const instance = await openClusterInstance(createTestRedisPrefix(), cluster.nodes);
    const caches = await startCaches(instance, { maxLocalEntries: 0 });
    try {
      await eventually(() => expect(caches.link().state).toBe('coherent'));
      // Each node learns the script, and this process the tag.
      await caches.use(numbers).setMany(entriesOf(0));
      const sent = watchCommands(instance.connections.command);
      const done = caches.use(numbers).setMany(entriesOf(1));
      await waitForTurn();
      const atOnce = sent();
      await done;
      expect(atOnce.filter((name) => name === 'evalsha')).toHaveLength(keys.length);
      expect(sent()).toEqual(['evalsha']);
      expect(await caches.use(numbers).getMany(keys)).toEqual(keys.map(() => 1));
    } finally {
      await caches.close();
      await instance.close();
    }
  });
});
