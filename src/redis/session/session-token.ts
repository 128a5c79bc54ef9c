import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const OWNER_BYTES = 16;
const SHARD_BYTES = 2;
const SHAPE = /^[A-Za-z0-9_-]{64}$/;

/** What the store derives from a token it was shown. */
export interface TokenFacts {
  /** SHA-256 of the whole token, base64url. */
  readonly hash: string;
  readonly owner: TokenOwner;
}

/** Whose token it is, as keys name it. */
export interface TokenOwner {
  /** The first 128 bits of the SHA-256 of the user's id, as hex digits. */
  readonly id: string;
  /** Which of 65,536 groups the user belongs to, as hex digits. */
  readonly shard: string;
}

/**
 * A new token, base64url: 32 random bytes behind 16 bytes of the hash of the user's id. Those tell, without
 * any look-up, which key says whether the user's sessions were all ended, and put it on the same node of a
 * Cluster: so one script checks a token in one round trip. They are no part of the secret.
 */
export function createToken(userId: string): string {
  return Buffer.concat([hashOf(userId), randomBytes(SECRET_BYTES)]).toString('base64url');
}

/** @returns undefined for a text that no {@link createToken} made: it need not be looked up. */
export function readToken(token: string): TokenFacts | undefined {
  if (!SHAPE.test(token)) return undefined;
  const owner = Buffer.from(token, 'base64url').subarray(0, OWNER_BYTES);
  return { hash: hashOfToken(token), owner: toOwner(owner) };
}

function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Of a token of that user, without a look at its shape. */
export function factsOf(token: string, userId: string): TokenFacts {
  return { hash: hashOfToken(token), owner: tokenOwner(userId) };
}

export function tokenOwner(userId: string): TokenOwner {
  return toOwner(hashOf(userId));
}

function toOwner(bytes: Buffer): TokenOwner {
  return { id: bytes.toString('hex'), shard: bytes.subarray(0, SHARD_BYTES).toString('hex') };
}

function hashOf(userId: string): Buffer {
  return createHash('sha256').update(userId).digest().subarray(0, OWNER_BYTES);
}
