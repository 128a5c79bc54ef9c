import { SECOND_MS } from '../../../kernel/duration.js';

/** What a client may do with an answer. */
export interface ClientPolicy {
  /** Whoever asks may have it, signed in or not: only then may a cache on the way keep it for others. */
  readonly isPublic: boolean;
  /** How long it may be used without asking again; below a second: it is kept, and asked about every time. */
  readonly maxAgeMs: number;
}

/**
 * `Cache-Control` (RFC 9111, 5.2.2). `max-age` counts from when the answer was made, as {@link ageSeconds} does:
 * what is left of it is their difference.
 */
export function cacheControl({ isPublic, maxAgeMs }: ClientPolicy): string {
  const audience = isPublic ? 'public' : 'private';
  const seconds = Math.floor(maxAgeMs / SECOND_MS);
  return seconds > 0 ? `${audience}, max-age=${seconds}` : `${audience}, no-cache`;
}

/** `Age` (RFC 9111, 5.1); never negative, though another process with another clock made the answer. */
export function ageSeconds(madeAtMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - madeAtMs) / SECOND_MS));
}

/** `Vary` with more fields than it has. @param existing as it is set, if it is */
export function varyWith(existing: string | undefined, fields: readonly string[]): string {
  const present = (existing ?? '').split(',').map((field) => field.trim());
  if (present.includes('*')) return '*';
  const known = new Set(present.map((field) => field.toLowerCase()));
  const added = fields.filter((field) => !known.has(field.toLowerCase()));
  return [...present.filter((field) => field !== ''), ...added].join(', ');
}
