import '../support/quiet.js';
import { lockKey } from '../../src/redis/lock/lock-turns.js';
import { RedisLockManager } from '../../src/redis/lock/redis.lock-manager.js';
import { eventually } from '../support/eventually.js';
import { holdLock } from '../support/held-lock.js';
import { serverNowMs } from '../support/keyspace.js';
import { lockState } from '../support/lock-state.js';
import { untilWaiting } from '../support/lock-waiters.js';
import { openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix, testRedisUrl } from '../support/servers/index.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const locksOf = ({ connections, keys }: RedisInstance): RedisLockManager =>
  new RedisLockManager(connections, keys);

/** Stands still with all its timers, as a process under SIGSTOP does. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a redis lock whose holder', () => {
  const TTL_MS = 600;
  const lost = expect.objectContaining({ kind: 'unavailable', code: 'lock.lost' });
  let proxy: TcpProxy;
  /** Reaches Redis through the proxy. */
  let holder: RedisInstance;
  let other: RedisInstance;
  let locks: RedisLockManager;
  let theirs: RedisLockManager;
  let key: string;
  beforeEach(async () => {
    const prefix = createTestRedisPrefix();
    proxy = new TcpProxy(testRedisUrl());
    await proxy.up();
    [holder, other] = await Promise.all([
      openRedisInstance(prefix, proxy.url),
      openRedisInstance(prefix),
    ]);
    locks = locksOf(holder);
    theirs = locksOf(other);
    key = lockKey(holder.keys, 'import:ada');
  });
  afterEach(async () => {
    proxy.thaw();
    await Promise.all([holder.close(), other.close()]);
    await proxy.down();
  });

  /** Resolves with what is left of the lease on the server when the signal aborts. */
  function leftAtAbort(signal: AbortSignal): Promise<number> {
    const { command } = other.connections;
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        Promise.all([lockState(command, key), serverNowMs(command)]).then(
          ([{ untilMs }, nowMs]) => resolve(untilMs - nowMs),
          reject,
        );
      });
    });
  }

  it.each<[string, () => Promise<void>]>([
    ['hears nothing of Redis any more', async () => proxy.freeze()],
    ['is cut off', () => proxy.down()],
  ])('%s is told to stop while the lock is still its own', async (_, strike) => {
    const { lease, letGo } = await holdLock(locks, 'ada', { ttlMs: 2_000 });
    const left = leftAtAbort(lease.signal);
    await strike();
    expect(await left).toBeGreaterThan(0);
    expect(lease.signal.reason).toEqual(lost);
    // Who waits gets it when the lease is over, though nobody could give it back.
    const patient = { ttlMs: 5_000, waitMs: 10_000 };
    const next = await theirs.using('import', 'ada', patient, async (own) => own.fencingToken);
    expect(next).toBeGreaterThan(lease.fencingToken);
    await letGo();
  });

  it('is cut off when it would prolong, but for less than the lease, keeps it', async () => {
    const { command } = other.connections;
    const { lease, letGo } = await holdLock(locks, 'ada', { ttlMs: 6_000 });
    const { untilMs: until } = await lockState(command, key);
    await proxy.down();
    // It asks when 4,000 ms are left.
    await eventually(async () => expect(until - (await serverNowMs(command))).toBeLessThan(3_700));
    await proxy.up();
    await eventually(async () =>
      expect((await lockState(command, key)).untilMs).toBeGreaterThan(until + 500),
    );
    expect(lease.signal.aborted).toBe(false);
    await letGo();
    expect(await theirs.tryUsing('import', 'ada', { ttlMs: 500 }, async () => 1)).toMatchObject({
      acquired: true,
    });
  }, 20_000);

  it('was away does not prolong or give back what is another’s when its questions arrive late', async () => {
    const { lease, letGo } = await holdLock(locks, 'ada', { ttlMs: TTL_MS });
    proxy.freeze();
    await eventually(() => expect(lease.signal.aborted).toBe(true));
    const left = letGo();
    const next = await holdLock(theirs, 'ada', { ttlMs: 20_000, waitMs: 10_000 });
    const { owner, token } = await lockState(other.connections.command, key);
    proxy.thaw();
    await left;
    await holder.connections.waitUntilReady(holder.connections.command);
    await holder.connections.command.ping();
    expect(await lockState(other.connections.command, key)).toMatchObject({ owner, token });
    expect(next.lease.signal.aborted).toBe(false);
    await next.letGo();
  });

  it('stands still for longer than the lease knows it at once, before any timer', async () => {
    const { lease, letGo } = await holdLock(locks, 'ada', { ttlMs: TTL_MS });
    const { signal } = lease;
    standStill(TTL_MS + 50);
    expect(() => lease.throwIfLost()).toThrow(lost);
    expect(signal.reason).toEqual(lost);
    await letGo();
    expect((await lockState(other.connections.command, key)).owner).toBeNull();
  });

  it('stands still for longer than the lease is told by its signal, when it asks that first', async () => {
    const { lease, letGo } = await holdLock(locks, 'ada', { ttlMs: TTL_MS });
    standStill(TTL_MS + 50);
    expect(lease.signal.aborted).toBe(true);
    await letGo();
  });

  it('gives up waiting when Redis does not answer, well before its time is over', async () => {
    const { letGo } = await holdLock(theirs, 'ada', { ttlMs: 10_000 });
    const waiting = locks.using('import', 'ada', { ttlMs: 500, waitMs: 600_000 }, async () => 1);
    await untilWaiting(other, 'ada', 1);
    proxy.freeze();
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable', code: 'lock.unavailable' });
    await letGo();
  }, 30_000);

  it('goes on waiting in its place over a cut', async () => {
    const { letGo } = await holdLock(theirs, 'ada', { ttlMs: 10_000 });
    const order: string[] = [];
    const patient = { ttlMs: 5_000, waitMs: 60_000 };
    const first = locks.using('import', 'ada', patient, async () => void order.push('cut off'));
    await untilWaiting(other, 'ada', 1);
    const second = theirs.using('import', 'ada', patient, async () => void order.push('behind'));
    await untilWaiting(other, 'ada', 2);
    const untilListening = (processes: number) =>
      eventually(async () => {
        const { command } = other.connections;
        const inboxes = await command.pubsub('CHANNELS', `${holder.keys.prefix}:*`);
        expect(inboxes).toHaveLength(processes);
      });
    await proxy.down();
    // Redis has seen the cut: who counts as listening from here on is one that can be told.
    await untilListening(1);
    await proxy.up();
    await holder.connections.waitUntilReady(holder.connections.command);
    await untilListening(2);
    await letGo();
    await Promise.all([first, second]);
    expect(order).toEqual(['cut off', 'behind']);
  }, 30_000);
});
