import { LRUCache } from 'lru-cache';
import type { TokenOwner } from './session-token.js';

const MAX_ENDED = 10_000;
const MAX_UNKNOWN = 10_000;

/**
 * What this process knows to have ended, whatever a store says: the answer to a question that was asked
 * before must not bring it back.
 */
export class LocalEndings {
  /** Token hashes whose session was ended. They never open one again: a new session has a new token. */
  readonly #hashes = new LRUCache<string, true>({ max: MAX_ENDED });
  /**
   * Token hashes that the records do not know: spares them who goes on asking with one. Apart from those that
   * were ended: whoever makes up tokens must not make this process forget an end.
   */
  readonly #unknown = new LRUCache<string, true>({ max: MAX_UNKNOWN });
  /** By owner: the generation before which all sessions have ended. */
  readonly #generations = new LRUCache<string, number>({ max: MAX_ENDED });

  end(tokenHash: string): void {
    this.#hashes.set(tokenHash, true);
  }

  isUnknown(tokenHash: string): void {
    this.#unknown.set(tokenHash, true);
  }

  /** Whether the token opens nothing, and never will. */
  has(tokenHash: string): boolean {
    return this.#hashes.has(tokenHash) || this.#unknown.has(tokenHash);
  }

  endBefore({ id }: TokenOwner, generation: number): void {
    this.#generations.set(id, Math.max(this.#generations.get(id) ?? 0, generation));
  }

  isBefore({ id }: TokenOwner, generation: number): boolean {
    return generation < (this.#generations.get(id) ?? 0);
  }
}
