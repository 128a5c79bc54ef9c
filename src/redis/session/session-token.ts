import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const SHARD_BYTES = 2;
const SHAPE = /^[A-Za-z0-9_-]{46}$/;

/** What the store derives from a token it was shown. */
export interface TokenFacts {
  /** SHA-256 of the whole token, base64url. */
  readonly hash: string;
  /** Which of 65,536 groups the user belongs to, as hex digits. */
  readonly shard: string;
}

/**
 * A new token, base64url: 32 random bytes behind 2 bytes of the user's hash. Those two put a user's
 * sessions and what revokes them on one node of a Cluster, so that a token is checked in one round
 * trip; with every 65,536th user alike they identify nobody.
 */
export function createToken(userId: string): string {
  return Buffer.concat([shardOf(userId), randomBytes(SECRET_BYTES)]).toString('base64url');
}

/** @returns undefined for a text that no {@link createToken} made: it need not be looked up. */
export function readToken(token: string): TokenFacts | undefined {
  if (!SHAPE.test(token)) return undefined;
  const shard = Buffer.from(token, 'base64url').subarray(0, SHARD_BYTES).toString('hex');
  return { hash: createHash('sha256').update(token).digest('base64url'), shard };
}

export function userShard(userId: string): string {
  return shardOf(userId).toString('hex');
}

function shardOf(userId: string): Buffer {
  return createHash('sha256').update(userId).digest().subarray(0, SHARD_BYTES);
}
