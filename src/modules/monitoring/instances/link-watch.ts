import type { CacheLink } from '../../../redis/index.js';

const MAX_MS = 2 ** 31 - 1;

/** How long the caches of this process have not been told of what others changed. */
export class LinkWatch {
  #brokenSinceMs: number | undefined;

  /** @returns how long the link has been broken by now, ms; 0: it is not, or there is nobody to be linked to */
  see(state: CacheLink['state'], nowMs: number): number {
    if (state === 'alone' || state === 'coherent') this.#brokenSinceMs = undefined;
    else this.#brokenSinceMs ??= nowMs;
    const sinceMs = this.#brokenSinceMs ?? nowMs;
    return Math.min(MAX_MS, Math.max(0, nowMs - sinceMs));
  }
}
