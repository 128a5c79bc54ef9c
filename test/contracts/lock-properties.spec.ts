import '../support/quiet.js';
import fc from 'fast-check';
import { lockKeys, LockTurns, type Asker } from '../../src/redis/lock/lock-turns.js';
import type { RedisClient } from '../../src/redis/connection/create-client.js';
import { MemoryLockManager } from '../../src/redis/lock/memory.lock-manager.js';
import { RedisLockManager } from '../../src/redis/lock/redis.lock-manager.js';
import { serverNowMs } from '../support/keyspace.js';
import { lockState } from '../support/lock-state.js';
import { untilWaiting } from '../support/lock-waiters.js';
import { openRedisInstance, type RedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { describeLockProperties } from './lock-properties.contract.js';

const ASKERS = 5;
const LEASE_MS = 600_000;
const WAIT_MS = 600_000;
/** A command that a busy machine answers late has been answered all the same. */
const PATIENCE = { REDIS_COMMAND_TIMEOUT_MS: '30000' };
/** See lock-turns.lua. */
const CLAIM_MS = 3_000;

/** What happens to one of those who ask, or to the lock. */
type Step = readonly ['ask' | 'release' | 'extend' | 'lapse' | 'wipe', number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant('ask' as const) },
    { weight: 4, arbitrary: fc.constant('release' as const) },
    { weight: 2, arbitrary: fc.constant('extend' as const) },
    // The holder died, or stood still: nobody has prolonged the lease.
    { weight: 2, arbitrary: fc.constant('lapse' as const) },
    { weight: 1, arbitrary: fc.constant('wipe' as const) },
  ),
  fc.nat(ASKERS - 1),
);

/** Who should hold the lock, and who should be next. */
class Expected {
  holder: number | undefined;
  hasLapsed = false;
  queue: number[] = [];

  /** @returns whether it has the lock now. */
  ask(who: number): boolean {
    if (this.holder === who) this.hasLapsed = false;
    else if (this.holder === undefined || this.hasLapsed) this.#give(this.queue.shift() ?? who);
    if (this.holder === who) return true;
    if (!this.queue.includes(who)) this.queue.push(who);
    return false;
  }

  release(who: number): void {
    if (this.holder === who) this.#give(this.queue.shift());
    else this.queue = this.queue.filter((one) => one !== who);
  }

  extend(who: number): boolean {
    if (this.holder !== who) return false;
    this.hasLapsed = false;
    return true;
  }

  /** The key of a lock that nobody waits for ends with the lease; else it stays, for the order of those who wait. */
  lapse(): void {
    if (this.queue.length === 0) this.#give(undefined);
    else this.hasLapsed = true;
  }

  wipe(): void {
    this.#give(undefined);
    this.queue = [];
  }

  #give(to: number | undefined): void {
    this.holder = to;
    this.hasLapsed = false;
  }
}

/**
 * Sets what ends by itself far ahead: a slow machine must not play "lapse". It writes Redis's keys itself: the script that
 * extends writes the whole lock anew, and would mend what another left wrong.
 */
async function holdTimeStill(command: RedisClient, lock: string): Promise<void> {
  const [, , queue, alive] = lockKeys(lock);
  const endsAtMs = (await serverNowMs(command)) + LEASE_MS;
  const [until, owner = ''] = (await command.get(lock))?.split(' ') ?? [];
  if (until !== '0') {
    if (owner !== '') await command.set(lock, `${endsAtMs} ${owner}`, 'KEEPTTL');
    await command.pexpireat(lock, 2 * endsAtMs);
  }
  const waiters = await command.zrange(alive, 0, -1);
  for (const waiter of waiters) await command.zadd(alive, endsAtMs, waiter);
  for (const key of [queue, alive]) await command.pexpireat(key, 2 * endsAtMs);
}

describeLockProperties('memory', async () => {
  const locks = new MemoryLockManager();
  return {
    here: locks,
    there: locks,
    waiters: async () => undefined,
    close: async () => undefined,
  };
});

describeLockProperties('redis', async () => {
  const prefix = createTestRedisPrefix();
  const open = (): Promise<RedisInstance> => openRedisInstance(prefix, undefined, PATIENCE);
  const [here, there] = await Promise.all([open(), open()]);
  const locksOf = ({ connections, keys }: RedisInstance): RedisLockManager =>
    new RedisLockManager(connections, keys);
  return {
    here: locksOf(here),
    there: locksOf(there),
    waiters: (id, count) => untilWaiting(here, id, count),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
});

describe('the scripts of a redis lock, whatever happens to those who ask for it', () => {
  let instance: RedisInstance;
  beforeEach(async () => {
    instance = await openRedisInstance(createTestRedisPrefix(), undefined, PATIENCE);
  });
  afterEach(() => instance.close());

  it('has one holder for each token, tokens that only grow, and an order that is that of asking', async () => {
    const { command } = instance.connections;
    const turns = new LockTurns(instance.keys);
    // All hear of their turn: who does not is passed over.
    const channel = instance.keys.key('lock', 'inbox', 'all');
    const listener = instance.connections.create('subscriber');
    await instance.connections.waitUntilReady(listener);
    await listener.subscribe(channel);
    let runs = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const resource = `import:${(runs += 1)}`;
        const askers = Array.from({ length: ASKERS }, (_, i): Asker =>
          turns.asker(command, resource, `${channel}#${i}`),
        );
        const { key: lock } = turns.asker(command, resource, '');
        const [, , queue, alive] = lockKeys(lock);
        const expected = new Expected();
        const holders = new Map<bigint, number>();
        let newest = 0n;

        for (const [what, who] of steps) {
          const asker = askers[who] as Asker;
          const before = await lockState(command, lock);
          const sentAtMs = await serverNowMs(command);
          if (what === 'ask') {
            const request = { ttlMs: LEASE_MS, maxWaiters: 100 };
            // As an acquisition does: the queue comes second.
            const taken = await turns.take(asker, LEASE_MS, 0n);
            const isTaken = taken.kind === 'held';
            const answer = isTaken ? taken : await turns.acquire(asker, request, WAIT_MS, 0n);
            expect(answer.kind).toBe(expected.ask(who) ? 'held' : 'queued');
            if (answer.kind === 'held') {
              expect(holders.get(answer.token) ?? who).toBe(who);
              holders.set(answer.token, who);
            }
          } else if (what === 'release') {
            if (!(await turns.give(asker))) await turns.release(asker);
            expected.release(who);
          } else if (what === 'extend') {
            expect(await turns.extend(asker, LEASE_MS)).toBe(expected.extend(who));
          } else if (what === 'lapse' && expected.holder !== undefined) {
            const { owner } = before;
            if (expected.queue.length === 0) await command.del(lock);
            else await command.set(lock, `0 ${owner}`, 'KEEPTTL');
            expected.lapse();
          } else if (what === 'wipe') {
            await command.del(...lockKeys(lock));
            expected.wipe();
          }

          const { value, owner, untilMs, token } = await lockState(command, lock);
          const name = (i: number): string => `${channel}#${i}`;
          expect(owner).toBe(expected.holder === undefined ? null : name(expected.holder));
          expect(await command.zrange(queue, 0, -1)).toEqual(expected.queue.map(name));
          expect((await command.zrange(alive, 0, -1)).sort()).toEqual(
            expected.queue.map(name).sort(),
          );
          // Nobody overtakes those who wait when the lease has ended: the lock outlives it.
          if (expected.queue.length > 0) {
            expect(value).toContain(' ');
            expect(await command.pexpiretime(lock)).toBeGreaterThan(untilMs);
          }
          const isNew = owner !== null && (owner !== before.owner || token !== before.token);
          if (isNew) {
            const grantedMs = what === 'ask' && who === expected.holder ? LEASE_MS : CLAIM_MS;
            expect(untilMs).toBeGreaterThanOrEqual(sentAtMs + grantedMs);
            expect(untilMs).toBeLessThanOrEqual((await serverNowMs(command)) + grantedMs);
            expect(BigInt(token ?? 0)).toBeGreaterThan(newest);
            newest = BigInt(token ?? 0);
          }
          await holdTimeStill(command, lock);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
