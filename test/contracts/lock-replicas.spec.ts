import '../support/quiet.js';
import { Redis } from 'ioredis';
import { lockKey } from '../../src/redis/lock/lock-turns.js';
import { RedisLockManager } from '../../src/redis/lock/redis.lock-manager.js';
import { eventually } from '../support/eventually.js';
import { holdLock } from '../support/held-lock.js';
import { lockState } from '../support/lock-state.js';
import { openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { PrivateRedis } from '../support/redis-server.js';

describe('a lock that counts once a replica has it', () => {
  let primary: PrivateRedis;
  let replica: PrivateRedis;
  let ofReplica: Redis;
  let instance: RedisInstance;
  let locks: RedisLockManager;
  let key: string;
  beforeAll(async () => {
    [primary, replica] = await Promise.all([PrivateRedis.start(), PrivateRedis.start()]);
    const { hostname, port } = new URL(primary.url);
    ofReplica = new Redis(replica.url, { connectTimeout: 5_000, commandTimeout: 5_000 });
    await ofReplica.replicaof(hostname, Number(port));
    await eventually(
      async () => expect(await ofReplica.info('replication')).toContain('master_link_status:up'),
      { timeoutMs: 20_000 },
    );
  }, 60_000);
  afterAll(async () => {
    ofReplica.disconnect();
    await Promise.all([primary.remove(), replica.remove()]);
  });
  beforeEach(async () => {
    instance = await openRedisInstance('test-replicas', primary.url);
    locks = new RedisLockManager(instance.connections, instance.keys);
    key = lockKey(instance.keys, 'import:ada');
  });

  /** The replica has 200 ms to answer, which on a busy machine it may miss. */
  const hold = (ttlMs: number) =>
    eventually(() => holdLock(locks, 'ada', { ttlMs, minReplicas: 1 }));

  it('is on the replica by the time its work begins', async () => {
    const { lease, letGo } = await hold(5_000);
    expect(await lockState(ofReplica, key)).toMatchObject({
      token: String(lease.fencingToken),
      owner: lease.holder,
    });
    await letGo();
  });

  it('is refused, and free again, when there are fewer replicas', async () => {
    const work = jest.fn(async () => 1);
    const asking = locks.using('import', 'ada', { ttlMs: 5_000, minReplicas: 2 }, work);
    await expect(asking).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'lock.not_replicated',
    });
    expect(work).not.toHaveBeenCalled();
    expect((await lockState(instance.connections.command, key)).owner).toBeNull();
  });

  it('is lost in time when its extensions do not reach the replica any more', async () => {
    const { lease, letGo } = await hold(1_500);
    await ofReplica.replicaof('NO', 'ONE');
    await eventually(() => expect(lease.signal.aborted).toBe(true), { timeoutMs: 10_000 });
    expect(lease.signal.reason).toMatchObject({ code: 'lock.lost' });
    await letGo();
  });
});
