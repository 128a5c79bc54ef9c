import { createHash, randomBytes } from 'node:crypto';

/** Tells a key from a session's token, and shows scanners of leaked secrets what they have found. */
const PREFIX = 'bourse_';
const RANDOM_BYTES = 32;

/** `bourse_` and 256 random bits. */
export function newApiKeyToken(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

export function isApiKeyToken(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** What is stored, and compared: the key itself is nowhere. */
export function apiKeyHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
