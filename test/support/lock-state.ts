import type { RedisClient } from '../../src/redis/connection/create-client.js';

export interface LockState {
  /** As it is stored. */
  readonly value: string | null;
  readonly owner: string | null;
  /** When the lease ends, by the server's clock; 0 without an owner. */
  readonly untilMs: number;
  readonly token: string | null;
}

/** What Redis holds of the lock at `key`: see lock-turns.lua. */
export async function lockState(command: RedisClient, key: string): Promise<LockState> {
  const [value, token] = await Promise.all([command.get(key), command.get(`${key}:token`)]);
  const [, until, waitedFor] = /^(\d+) (.*)$/.exec(value ?? '') ?? [];
  if (until !== undefined) {
    return { value, owner: waitedFor || null, untilMs: Number(until), token };
  }
  const untilMs = value === null ? 0 : await command.pexpiretime(key);
  return { value, owner: value, untilMs, token };
}
