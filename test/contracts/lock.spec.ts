import '../support/quiet.js';
import type { Lease } from '../../src/redis/lock/lock-manager.js';
import { MemoryLockManager } from '../../src/redis/lock/memory.lock-manager.js';
import { RedisLockManager } from '../../src/redis/lock/redis.lock-manager.js';
import { eventually } from '../support/eventually.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { Deferred } from '../support/deferred.js';
import { ttlsByKey } from '../support/keyspace.js';
import { NO_REDIS_URL, openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { describeLockContract } from './lock.contract.js';

const locksOf = ({ connections, keys }: RedisInstance): RedisLockManager =>
  new RedisLockManager(connections, keys);

describeLockContract('memory', async () => {
  const locks = new MemoryLockManager();
  return { here: locks, there: locks, close: () => Promise.resolve() };
});

describeLockContract('redis', async () => {
  const prefix = createTestRedisPrefix();
  const [here, there] = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
  return {
    here: locksOf(here),
    there: locksOf(there),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
});

describe('a memory lock', () => {
  it('is handed on in the order of asking', async () => {
    const locks = new MemoryLockManager();
    const order: number[] = [];
    const everybody = [1, 2, 3, 4].map((n) =>
      locks.using('import', 'ada', { ttlMs: 1_000, waitMs: 1_000 }, async () => void order.push(n)),
    );
    await Promise.all(everybody);
    expect(order).toEqual([1, 2, 3, 4]);
  });
});

describe('a redis lock', () => {
  let instance: RedisInstance;
  let locks: RedisLockManager;
  let key: string;
  beforeEach(async () => {
    instance = await openRedisInstance(createTestRedisPrefix());
    locks = locksOf(instance);
    key = instance.keys.key('lock', '{import:ada}');
  });
  afterEach(() => instance.close());

  /** Holds the lock until the returned function is called. */
  async function hold(ttlMs: number): Promise<[Lease, () => Promise<void>]> {
    const taken = new Deferred<Lease>();
    const end = new Deferred<void>();
    const held = locks.using('import', 'ada', { ttlMs }, (lease) => {
      taken.resolve(lease);
      return end.promise;
    });
    const letGo = (): Promise<void> => {
      end.resolve();
      return held;
    };
    return [await taken.promise, letGo];
  }

  it('ends by itself with a holder that died', async () => {
    const { command } = instance.connections;
    await command.set(key, 'a dead process', 'PX', 200);
    const waiting = locks.using(
      'import',
      'ada',
      { ttlMs: 1_000, waitMs: 5_000 },
      async () => 'mine',
    );
    expect(await waiting).toBe('mine');
  });

  it('gives every key a TTL', async () => {
    const [, letGo] = await hold(1_000);
    const ttls = [
      ...(await ttlsByKey(instance.connections.command, instance.keys.prefix)).values(),
    ];
    expect(ttls).toHaveLength(2);
    expect(ttls.every((ttlMs) => ttlMs > 0)).toBe(true);
    await letGo();
  });

  it('is never released or prolonged by one who lost it', async () => {
    const { command } = instance.connections;
    const [lease, letGo] = await hold(150);
    await command.set(key, 'another', 'PX', 60_000);
    await eventually(() => expect(lease.signal.aborted).toBe(true));
    expect(lease.signal.reason).toMatchObject({ code: 'lock.lost' });
    await letGo();
    expect(await command.get(key)).toBe('another');
    expect(await command.pttl(key)).toBeGreaterThan(50_000);
  });

  it('tells its holder to stop before the lease ends, when Redis does not answer any more', async () => {
    const watcher = await openRedisInstance(instance.keys.prefix);
    const [lease, letGo] = await hold(500);
    const leftMs = new Promise<number>((resolve) => {
      lease.signal.addEventListener(
        'abort',
        () => void watcher.connections.command.pttl(key).then(resolve),
      );
    });
    await instance.close();
    // -2: it was gone already.
    expect(await leftMs).toBeGreaterThan(0);
    await letGo();
    await watcher.close();
  });

  it('goes on counting fencing tokens after Redis was emptied', async () => {
    const tokenOf = async (): Promise<bigint> =>
      locks.using('import', 'ada', { ttlMs: 1_000 }, async (lease) => lease.fencingToken);
    const before = await tokenOf();
    await instance.connections.command.del(`${key}:fence`);
    expect(await tokenOf()).toBeGreaterThan(before);
  });

  it('counts on from a token that is ahead of the clock', async () => {
    await instance.connections.command.set(`${key}:fence`, '8000000000000000', 'PX', 10_000);
    const token = await locks.using(
      'import',
      'ada',
      { ttlMs: 1_000 },
      async (lease) => lease.fencingToken,
    );
    expect(token).toBe(8_000_000_000_000_001n);
  });
});

describe('a redis lock while Redis is away', () => {
  it('is unavailable, at once, and no work runs', async () => {
    const instance = await openRedisInstance(createTestRedisPrefix(), NO_REDIS_URL);
    const work = jest.fn(async () => 1);
    const startedAtMs = performance.now();
    await expect(
      locksOf(instance).using('import', 'ada', { ttlMs: 1_000, waitMs: 5_000 }, work),
    ).rejects.toMatchObject({ kind: 'unavailable', code: 'lock.unavailable' });
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    expect(work).not.toHaveBeenCalled();
    await instance.close();
  });
});
