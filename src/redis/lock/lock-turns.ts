import type { RedisClient } from '../connection/create-client.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { LuaScript } from '../scripts/lua-script.js';
import type { LockRequest } from './lock-options.js';

/** One who asks for a lock, once. */
export interface Asker {
  readonly resource: string;
  /** `<channel>#<number>` */
  readonly owner: string;
  /** One hash tag with the others of the same resource, so that one script may touch all on a Cluster. */
  readonly key: string;
  readonly client: RedisClient;
}

export type Answer =
  | { readonly kind: 'held'; readonly token: bigint }
  | { readonly kind: 'taken' | 'full' }
  /** `leftMs`: of the holder's lease, should it not be extended; `ahead`: who wait before this one. */
  | { readonly kind: 'queued'; readonly leftMs: number; readonly ahead: number };

/** Not `lock:{resource}`: an older version kept a hash there, and may run beside this one for a while. */
export function lockKey(keys: KeyBuilder, resource: string): string {
  return keys.key('lock', 'held', `{${resource}}`);
}

/** All that scripts know of a lock: itself, its last token, the queue, and who is alive in that. */
export function lockKeys(key: string): readonly [string, string, string, string] {
  return [key, `${key}:token`, `${key}:queue`, `${key}:alive`];
}

/** The lock scripts, typed. All throw what ioredis throws. */
export class LockTurns {
  readonly #take = new LuaScript('lock-take');
  readonly #give = new LuaScript('lock-give');
  readonly #acquire = new LuaScript('lock-acquire');
  readonly #extend = new LuaScript('lock-extend');
  readonly #release = new LuaScript('lock-release');
  readonly #keys: KeyBuilder;

  constructor(keys: KeyBuilder) {
    this.#keys = keys;
  }

  asker(client: RedisClient, resource: string, owner: string): Asker {
    return { resource, owner, key: lockKey(this.#keys, resource), client };
  }

  /**
   * For a lock that nobody holds and nobody waits for: half of what {@link acquire} costs. `somebody waits` has to ask
   * there.
   * @param knownToken the highest that is known of the resource
   */
  async take(
    { client, key, owner }: Asker,
    ttlMs: number,
    knownToken: bigint,
  ): Promise<Answer | { readonly kind: 'somebody waits' }> {
    const reply = await this.#take.run(
      client,
      [key, `${key}:token`],
      [owner, ttlMs, String(knownToken)],
    );
    if (reply === 0) return { kind: 'taken' };
    if (reply === -1) return { kind: 'somebody waits' };
    return { kind: 'held', token: BigInt(reply as number) };
  }

  /**
   * For the lock, or a place in its queue; an owner that has either keeps it.
   * @param waitMs 0: for the lock alone
   * @param knownToken the highest that is known of the resource
   */
  async acquire(
    { client, key, owner }: Asker,
    { ttlMs, maxWaiters }: Pick<LockRequest, 'ttlMs' | 'maxWaiters'>,
    waitMs: number,
    knownToken: bigint,
  ): Promise<Answer> {
    const args = [owner, countsListeners(client), ttlMs, Math.ceil(waitMs), maxWaiters];
    const reply = await this.#acquire.run(client, lockKeys(key), [...args, String(knownToken)]);
    if (typeof reply === 'number') return { kind: 'held', token: BigInt(reply) };
    const [status, leftMs, ahead] = reply as [number, number, number];
    if (status === 1) return { kind: 'queued', leftMs, ahead };
    return { kind: status === 0 ? 'taken' : 'full' };
  }

  /** @returns false when the lock is free or another's. */
  async extend({ client, key, owner }: Asker, ttlMs: number): Promise<boolean> {
    const args = [owner, countsListeners(client), ttlMs];
    return (await this.#extend.run(client, lockKeys(key), args)) === 1;
  }

  /**
   * Gives back a lock that nobody waits for: a third of what {@link release} costs.
   * @returns false when somebody waits, or it is another's
   */
  async give({ client, key, owner }: Asker): Promise<boolean> {
    return (await this.#give.run(client, [key], [owner])) === 1;
  }

  /** Gives back what the owner has, be that the lock or a place in its queue. */
  async release({ client, key, owner }: Asker): Promise<void> {
    await this.#release.run(client, lockKeys(key), [owner, countsListeners(client)]);
  }
}

/** On a Cluster a script's PUBLISH counts those on its own node alone. */
function countsListeners(client: RedisClient): 0 | 1 {
  return client.isCluster ? 0 : 1;
}
