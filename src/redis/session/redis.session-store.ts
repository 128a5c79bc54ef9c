import { AppError } from '../../kernel/app-error.js';
import { newId } from '../../kernel/ids.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { LuaScript } from '../scripts/lua-script.js';
import { boundedInput } from './session-input.js';
import type { SessionLifetimes } from './session-lifetimes.js';
import {
  MAX_SESSIONS_PER_USER,
  SessionStore,
  type NewSession,
  type Session,
} from './session-store.js';
import { createToken, readToken, userShard } from './session-token.js';

/** The keys of one user; they share a hash tag, `{shard}`, with all sessions of the user. */
interface UserKeys {
  readonly epoch: string;
  readonly index: string;
  readonly sessionStem: string;
}

/**
 * A session is a hash under its token's hash, with Redis's TTL for its idle end and its absolute
 * end within. It carries the user's epoch, a random text: dropping that one key revokes all
 * sessions of the user at once, and an epoch that Redis evicted or lost signs out too, but never
 * brings a session back. All times are those of the Redis server.
 */
export class RedisSessionStore extends SessionStore {
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #lifetimes: SessionLifetimes;
  readonly #create = new LuaScript('session-create');
  readonly #validate = new LuaScript('session-validate');
  readonly #list = new LuaScript('session-list');
  readonly #revoke = new LuaScript('session-revoke');

  constructor(connections: RedisConnections, keys: KeyBuilder, lifetimes: SessionLifetimes) {
    super();
    this.#connections = connections;
    this.#keys = keys;
    this.#lifetimes = lifetimes;
  }

  override async create(input: NewSession): Promise<{ token: string; session: Session }> {
    const bounded = boundedInput(input);
    const { userId, ip, userAgent } = bounded;
    const { idleMs, absoluteMs } = this.#lifetimes;
    const id = newId();
    const token = createToken(userId);
    const hash = readToken(token)?.hash ?? '';
    const { epoch, index, sessionStem } = this.#userKeys(userId);
    const createdAtMs = await this.#run(
      this.#create,
      [sessionStem + hash, epoch, index],
      [
        hash,
        newId(),
        idleMs,
        absoluteMs,
        MAX_SESSIONS_PER_USER,
        sessionStem,
        id,
        userId,
        ip,
        userAgent,
      ],
    ).then(Number);
    const times = {
      createdAtMs,
      lastActiveAtMs: createdAtMs,
      expiresAtMs: createdAtMs + absoluteMs,
    };
    return { token, session: { id, ...bounded, ...times } };
  }

  override async validate(token: string): Promise<Session | undefined> {
    const facts = readToken(token);
    if (facts === undefined) return undefined;
    const { hash, shard } = facts;
    const key = this.#sessionStem(shard) + hash;
    const reply = await this.#run(
      this.#validate,
      [key],
      [this.#epochStem(shard), this.#lifetimes.idleMs],
    );
    return Array.isArray(reply) ? toSession(reply as string[]) : undefined;
  }

  override async listByUser(userId: string): Promise<Session[]> {
    const { epoch, index, sessionStem } = this.#userKeys(userId);
    const reply = await this.#run(this.#list, [index, epoch], [sessionStem]);
    return (reply as string[][]).map(toSession);
  }

  override async revoke(userId: string, sessionId: string): Promise<boolean> {
    const { epoch, index, sessionStem } = this.#userKeys(userId);
    return (await this.#run(this.#revoke, [index, epoch], [sessionStem, sessionId])) === 1;
  }

  override async revokeAll(userId: string): Promise<void> {
    const { epoch, index } = this.#userKeys(userId);
    try {
      await this.#connections.command.unlink(epoch, index);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async #run(script: LuaScript, keys: string[], args: (string | number)[]): Promise<unknown> {
    try {
      return await script.run(this.#connections.command, keys, args);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  #userKeys(userId: string): UserKeys {
    const shard = userShard(userId);
    return {
      epoch: this.#epochStem(shard) + userId,
      index: this.#keys.key('sess', `{${shard}}`, 'index', userId),
      sessionStem: this.#sessionStem(shard),
    };
  }

  #sessionStem(shard: string): string {
    return this.#keys.key('sess', `{${shard}}`, 'token', '');
  }

  #epochStem(shard: string): string {
    return this.#keys.key('sess', `{${shard}}`, 'epoch', '');
  }
}

/** @param list field, value, field, value … */
function toSession(list: readonly string[]): Session {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < list.length; i += 2) fields.set(list[i] ?? '', list[i + 1] ?? '');
  const text = (name: string): string => fields.get(name) ?? '';
  return {
    id: text('id'),
    userId: text('userId'),
    createdAtMs: Number(text('createdAtMs')),
    lastActiveAtMs: Number(text('lastActiveAtMs')),
    expiresAtMs: Number(text('expiresAtMs')),
    ip: text('ip'),
    userAgent: text('userAgent'),
  };
}

function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', 'session.unavailable', 'sessions cannot be checked now', {
    cause,
  });
}
