import { createHash } from 'node:crypto';

/** Quoted, of any character that may stand in one (RFC 9110, 8.8.3): a comma may, so a list cannot be split at it. */
const OPAQUE_TAGS = /"[\x21\x23-\x7e\x80-\xff]*"/g;

/** A strong validator of exactly these bytes. */
export function entityTagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`;
}

/**
 * Whether `If-None-Match` names the representation: by weak comparison, in a list or as `*` (RFC 9110, 13.1.2).
 * What is malformed names nothing.
 */
export function isNamedBy(ifNoneMatch: string | undefined, entityTag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = entityTag.replace(/^W\//, '');
  return ifNoneMatch.match(OPAQUE_TAGS)?.includes(opaque) ?? false;
}
