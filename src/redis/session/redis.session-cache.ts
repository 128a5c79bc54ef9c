import { Cluster } from 'ioredis';
import { MINUTE_MS } from '../../kernel/duration.js';
import type { Clock } from '../../kernel/clock.js';
import type { Session } from '../../kernel/session-records.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { LuaScript } from '../scripts/lua-script.js';
import { SessionCache, type CachedSession } from './session-cache.js';
import type { SessionLifetimes } from './session-lifetimes.js';
import type { TokenFacts } from './session-token.js';

/**
 * How long an ended session is remembered as such: longer than anybody may hold a record that was read
 * before, and has not kept it yet.
 */
const ENDED_TTL_MS = 10 * MINUTE_MS;

/**
 * A session is a hash under its token's hash: the session as JSON, and, by the clock of the Redis
 * server, when it was kept and when it ends at the latest. Its TTL is its idle end. Ending it leaves
 * a mark in its place.
 */
export class RedisSessionCache extends SessionCache {
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #lifetimes: SessionLifetimes;
  readonly #clock: Clock;
  readonly #use = new LuaScript('session-use');
  readonly #keep = new LuaScript('session-keep');
  readonly #end = new LuaScript('session-end');
  /** By the clock of the Redis server: what was kept until then is not believed here. */
  #believedFromMs = 0;

  constructor(
    connections: RedisConnections,
    keys: KeyBuilder,
    lifetimes: SessionLifetimes,
    clock: Clock,
  ) {
    super();
    this.#connections = connections;
    this.#keys = keys;
    this.#lifetimes = lifetimes;
    this.#clock = clock;
  }

  override async use(token: TokenFacts): Promise<CachedSession> {
    const reply = await this.#use.run(
      this.#connections.command,
      [this.#key(token)],
      [this.#believedFromMs, this.#lifetimes.idleMs],
    );
    if (typeof reply !== 'string') return undefined;
    if (reply === 'ended') return 'ended';
    return { ...(JSON.parse(reply) as Session), lastActiveAtMs: this.#clock.nowMs() };
  }

  override async keep(token: TokenFacts, session: Session): Promise<boolean> {
    // Only the difference crosses over: the clocks of this machine and of Redis need not agree.
    const leftMs = session.expiresAtMs - this.#clock.nowMs();
    if (leftMs <= 0) return true;
    const reply = await this.#keep.run(
      this.#connections.command,
      [this.#key(token)],
      [JSON.stringify(session), this.#lifetimes.idleMs, leftMs],
    );
    return reply === 1;
  }

  override async end(token: TokenFacts): Promise<void> {
    await this.#end.run(this.#connections.command, [this.#key(token)], [ENDED_TTL_MS]);
  }

  override async forgetHere(): Promise<void> {
    const client = this.#connections.command;
    const times = await Promise.all(
      client instanceof Cluster
        ? client.nodes('master').map((node) => node.time())
        : [client.time()],
    );
    this.#believedFromMs = Math.max(
      ...times.map(([seconds = 0, micros = 0]) => seconds * 1_000 + Math.floor(micros / 1_000)),
    );
  }

  override onInterruption(interrupted: () => void): void {
    const client = this.#connections.command;
    client.on('close', interrupted);
    // Of a Cluster: a node that joins may have taken over slots, with an older copy of what was there.
    client.on('+node', interrupted);
  }

  /** The hash tag is the user's, by the two bytes that the token begins with. */
  #key({ hash, shard }: TokenFacts): string {
    return this.#keys.key('sess', `{${shard}}`, 'token', hash);
  }
}
