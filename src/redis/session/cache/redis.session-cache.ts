import { Cluster } from 'ioredis';
import { MINUTE_MS } from '../../../kernel/duration.js';
import type { Clock } from '../../../kernel/clock.js';
import type { GenerationSession, Session } from '../../../kernel/session-records.js';
import type { RedisConnections } from '../../connection/redis-connections.js';
import type { KeyBuilder } from '../../keys/redis-key.js';
import { LuaScript } from '../../scripts/lua-script.js';
import type { SessionLifetimes } from '../session-lifetimes.js';
import type { TokenFacts, TokenOwner } from '../session-token.js';
import { SessionCache, type CachedSession, type Kept } from './session-cache.js';

/**
 * How long it is remembered that something ended: longer than anybody may hold a record that was read
 * before, and has not kept it yet.
 */
const ENDED_TTL_MS = 10 * MINUTE_MS;

/**
 * A session is a hash under its token's hash: the session as JSON, its generation, and, by the clock of the
 * Redis server, when it was kept and when it ends at the latest. Its TTL is its idle end. Ending it leaves
 * a mark in its place. Beside them stands one key per user, the present generation: a session of another
 * one has ended, and one whose user has no such key is asked of the records, so that losing either key
 * revives nobody.
 */
export class RedisSessionCache extends SessionCache {
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #lifetimes: SessionLifetimes;
  readonly #clock: Clock;
  readonly #use = new LuaScript('session-use');
  readonly #keep = new LuaScript('session-keep');
  readonly #end = new LuaScript('session-end');
  readonly #endBefore = new LuaScript('session-end-before');
  readonly #retire = new LuaScript('session-retire');
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
      [this.#tokenKey(token), this.#generationKey(token.owner)],
      [this.#believedFromMs, this.#lifetimes.idleMs],
    );
    if (reply === 'ended') return 'ended';
    if (!Array.isArray(reply)) return undefined;
    const [json, generation, leftMs] = reply as [string, string, number | null];
    const nowMs = this.#clock.nowMs();
    return {
      ...(JSON.parse(json) as Session),
      generation: Number(generation),
      lastActiveAtMs: nowMs,
      ...(leftMs !== null && { retiresAtMs: nowMs + leftMs }),
    };
  }

  override async keep(
    token: TokenFacts,
    { generation, ...session }: GenerationSession,
  ): Promise<Kept> {
    // Only the difference crosses over: the clocks of this machine and of Redis need not agree.
    const leftMs = session.expiresAtMs - this.#clock.nowMs();
    if (leftMs <= 0) return 'kept';
    const reply = await this.#keep.run(
      this.#connections.command,
      [this.#tokenKey(token), this.#generationKey(token.owner)],
      [
        JSON.stringify(session),
        generation,
        this.#lifetimes.idleMs,
        leftMs,
        this.#generationTtlMs(),
      ],
    );
    return reply as Kept;
  }

  override async end(token: TokenFacts): Promise<void> {
    await this.#end.run(this.#connections.command, [this.#tokenKey(token)], [ENDED_TTL_MS]);
  }

  override async endBefore(owner: TokenOwner, generation: number): Promise<void> {
    await this.#endBefore.run(
      this.#connections.command,
      [this.#generationKey(owner)],
      [generation, this.#generationTtlMs()],
    );
  }

  override async retire(token: TokenFacts, generation: number, graceMs: number): Promise<void> {
    await this.#retire.run(
      this.#connections.command,
      [this.#tokenKey(token)],
      [Math.max(0, graceMs), generation, ENDED_TTL_MS],
    );
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

  /**
   * Longer than any session of the user has left, so that a use need not look after it, and than a record may
   * be held.
   */
  #generationTtlMs(): number {
    return this.#lifetimes.absoluteMs + ENDED_TTL_MS;
  }

  #tokenKey({ hash, owner }: TokenFacts): string {
    return this.#keys.key('sess', `{${owner.shard}}`, 'token', hash);
  }

  #generationKey({ id, shard }: TokenOwner): string {
    return this.#keys.key('sess', `{${shard}}`, 'generation', id);
  }
}
