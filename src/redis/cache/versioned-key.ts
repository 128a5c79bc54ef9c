import { matchesPattern } from '../keys/pattern.js';

/** What a cache's `version` adds to what its key function makes. */
export function versionSuffix(version: number): string {
  return version > 1 ? `@${version}` : '';
}

/**
 * Whether a pattern matches a key as it is kept, or as the key function made it, of whichever version: caches of other
 * releases are not known here, so a key that ends like a version itself may match without it as well.
 */
export function matchesKey(pattern: string, kept: string): boolean {
  return matchesPattern(pattern, kept) || matchesPattern(pattern, kept.replace(/@\d+$/, ''));
}
