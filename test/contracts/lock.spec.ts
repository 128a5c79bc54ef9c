import '../support/quiet.js';
import type { LockManager } from '../../src/redis/lock/lock-manager.js';
import { MemoryLockManager } from '../../src/redis/lock/memory.lock-manager.js';
import { lockKey, lockKeys } from '../../src/redis/lock/lock-turns.js';
import { RedisLockManager } from '../../src/redis/lock/redis.lock-manager.js';
import { eventually } from '../support/eventually.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { holdLock } from '../support/held-lock.js';
import { serverNowMs, ttlsByKey, watchCommands } from '../support/keyspace.js';
import { lockState } from '../support/lock-state.js';
import { untilWaiting } from '../support/lock-waiters.js';
import { openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { describeLockContract } from './lock.contract.js';

const locksOf = ({ connections, keys }: RedisInstance): RedisLockManager =>
  new RedisLockManager(connections, keys);

describeLockContract('memory', async () => {
  const locks = new MemoryLockManager();
  // Who asks, waits before the call is back.
  return {
    here: locks,
    there: locks,
    waiters: async () => undefined,
    close: async () => undefined,
  };
});

describeLockContract('redis', async () => {
  const prefix = createTestRedisPrefix();
  const [here, there] = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
  return {
    here: locksOf(here),
    there: locksOf(there),
    waiters: (id, count) => untilWaiting(here, id, count),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
});

describe('a redis lock', () => {
  const options = { ttlMs: 10_000 };
  const patient = { ttlMs: 10_000, waitMs: 20_000 };
  let instance: RedisInstance;
  let locks: LockManager;
  let key: string;
  beforeEach(async () => {
    instance = await openRedisInstance(createTestRedisPrefix());
    locks = locksOf(instance);
    key = lockKey(instance.keys, 'import:ada');
  });
  afterEach(() => instance.close());

  const another = (): Promise<RedisInstance> => openRedisInstance(instance.keys.prefix);
  const tokenOf = (by = locks): Promise<bigint> =>
    by.using('import', 'ada', patient, async (lease) => lease.fencingToken);

  it('costs one command to take and one to give back', async () => {
    await tokenOf();
    const sent = watchCommands(instance.connections.command);
    await tokenOf();
    expect(sent()).toEqual(['evalsha', 'evalsha']);
  });

  it('is free for who comes while an older version has it: those kept a hash by the name of the resource', async () => {
    const older = instance.keys.key('lock', '{import:ada}');
    await instance.connections.command.hset(older, { owner: 'older#1', until: 9e15, token: 1 });
    expect(await tokenOf()).toBeGreaterThan(1n);
  });

  it('is waited for without a question, and handed over by a message', async () => {
    const other = await another();
    const theirs = locksOf(other);
    // Has waited before: it listens already.
    const first = await holdLock(locks, 'ada', options);
    const waitedBefore = tokenOf(theirs);
    await untilWaiting(instance, 'ada', 1);
    await first.letGo();
    await waitedBefore;

    const second = await holdLock(locks, 'ada', options);
    const sent = watchCommands(other.connections.command);
    const waiting = tokenOf(theirs);
    await untilWaiting(instance, 'ada', 1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    // It asks for a free lock, and then for a place: nothing more.
    expect(sent()).toEqual(['evalsha', 'evalsha']);
    await second.letGo();
    await waiting;
    // It takes what it was handed, and gives it back.
    expect(sent()).toEqual(['evalsha', 'evalsha']);
  });

  it('gives every key a TTL', async () => {
    const { letGo } = await holdLock(locks, 'ada', options);
    const waiting = tokenOf();
    await untilWaiting(instance, 'ada', 1);
    const ttls = await ttlsByKey(instance.connections.command, instance.keys.prefix);
    expect([...ttls.keys()].sort()).toEqual([key, `${key}:alive`, `${key}:queue`, `${key}:token`]);
    expect([...ttls.values()].every((ttlMs) => ttlMs > 0)).toBe(true);
    await letGo();
    await waiting;
  });

  it('keeps its count of tokens, however long it is held', async () => {
    const { letGo } = await holdLock(locks, 'ada', { ttlMs: 1_500 });
    const count = `${key}:token`;
    await instance.connections.command.pexpire(count, 5_000);
    await eventually(async () =>
      expect(await instance.connections.command.pttl(count)).toBeGreaterThan(10_000),
    );
    await letGo();
  });

  it('goes to who waits, after the lease of a holder that died', async () => {
    const { command } = instance.connections;
    await command.set(key, 'dead#1', 'PX', 1_200);
    expect(await tokenOf()).toBeGreaterThan(1n);
  });

  it('passes over one who waited and died, at once', async () => {
    const [dead, living] = await Promise.all([another(), another()]);
    const { letGo } = await holdLock(locks, 'ada', options);
    const lost = tokenOf(locksOf(dead));
    lost.catch(() => undefined);
    await untilWaiting(instance, 'ada', 1);
    const waiting = tokenOf(locksOf(living));
    await untilWaiting(instance, 'ada', 2);
    await dead.close();
    const startedAtMs = performance.now();
    await letGo();
    await waiting;
    // Not after what a waiter is granted before it must have asked: it was told to nobody.
    expect(performance.now() - startedAtMs).toBeLessThan(2_500);
    await expect(lost).rejects.toMatchObject({ code: 'lock.unavailable' });
  });

  it('passes over one who has not looked for long, and one who does not take it in time', async () => {
    const { command } = instance.connections;
    const { letGo } = await holdLock(locks, 'ada', options);
    const waiting = tokenOf();
    await untilWaiting(instance, 'ada', 1);
    // Both listen, as a process that stands still does, and are before us.
    const channel = instance.keys.key('lock', 'inbox', 'still');
    const still = instance.connections.create('subscriber');
    await instance.connections.waitUntilReady(still);
    await still.subscribe(channel);
    const heard: string[] = [];
    still.on('message', (_, owner: string) => void heard.push(owner));
    await command.zadd(`${key}:queue`, -2, `${channel}#1`, -1, `${channel}#2`);
    const nowMs = await serverNowMs(command);
    await command.zadd(`${key}:alive`, 0, `${channel}#1`, nowMs + 60_000, `${channel}#2`);
    await letGo();
    await waiting;
    expect(heard).toEqual([`${channel}#2`]);
    expect(await command.zcard(`${key}:queue`)).toBe(0);
  });

  it('is found by its owner when the message was lost', async () => {
    const { command } = instance.connections;
    const { letGo } = await holdLock(locks, 'ada', options);
    const waiting = tokenOf();
    await untilWaiting(instance, 'ada', 1);
    const [owner = ''] = await command.zrange(`${key}:queue`, 0, 0);
    const nowMs = await serverNowMs(command);
    await command.zrem(`${key}:queue`, owner);
    await command.set(key, `${nowMs + 3_000} ${owner}`, 'PX', 9_000);
    await waiting;
    await letGo();
  });

  it('goes to who waits after the connection of the messages was cut', async () => {
    const other = await another();
    const { letGo } = await holdLock(locks, 'ada', options);
    const waiting = tokenOf(locksOf(other));
    await untilWaiting(instance, 'ada', 1);
    await eventually(async () => {
      const killed = await instance.connections.command.client('KILL', 'TYPE', 'pubsub');
      expect(killed).toBeGreaterThan(0);
    });
    await letGo();
    await waiting;
  });

  it('goes to who waits after Redis was emptied, with a greater token, and its holder is told', async () => {
    const { command } = instance.connections;
    const { lease, letGo } = await holdLock(locks, 'ada', { ttlMs: 300 });
    const waiting = tokenOf();
    await untilWaiting(instance, 'ada', 1);
    await command.del(...lockKeys(key));
    expect(await waiting).toBeGreaterThan(lease.fencingToken);
    await eventually(() => expect(lease.signal.aborted).toBe(true));
    await letGo();
  });

  it('is never released or prolonged by one who lost it', async () => {
    const { command } = instance.connections;
    const { lease, letGo } = await holdLock(locks, 'ada', { ttlMs: 150 });
    await command.set(key, 'another#1', 'PX', 600_000);
    await eventually(() => expect(lease.signal.aborted).toBe(true));
    expect(lease.signal.reason).toMatchObject({ code: 'lock.lost' });
    await letGo();
    expect(await command.get(key)).toBe('another#1');
    expect(await command.pttl(key)).toBeGreaterThan(500_000);
  });

  it('tells its holder to stop before the lease ends, when Redis does not answer any more', async () => {
    const watcher = await another();
    const { lease, letGo } = await holdLock(locks, 'ada', { ttlMs: 2_000 });
    const leftMs = new Promise<number>((resolve) => {
      lease.signal.addEventListener('abort', () => {
        void Promise.all([
          lockState(watcher.connections.command, key),
          serverNowMs(watcher.connections.command),
        ]).then(([{ untilMs }, nowMs]) => resolve(untilMs - nowMs));
      });
    });
    await instance.close();
    expect(await leftMs).toBeGreaterThan(0);
    await letGo();
    await watcher.close();
  });

  it('goes on counting fencing tokens after Redis was emptied', async () => {
    const before = await tokenOf();
    await instance.connections.command.del(key, `${key}:token`);
    const other = locksOf(await another());
    expect(await tokenOf(other)).toBeGreaterThan(before);
  });

  it('counts on from a token that is ahead of the clock, also after the count was lost', async () => {
    const { command } = instance.connections;
    await command.set(`${key}:token`, '8000000000000000');
    expect(await tokenOf()).toBe(8_000_000_000_000_001n);
    // As after a failover to a server whose clock is behind.
    await command.del(`${key}:token`);
    expect(await tokenOf()).toBe(8_000_000_000_000_002n);
  });
});
