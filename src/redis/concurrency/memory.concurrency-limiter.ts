import {
  ConcurrencyLimiter,
  type ConcurrencyPolicy,
  type Permit,
} from '../../kernel/concurrency-limiter.js';
import { LocalPlaces } from './local-places.js';

/** Counts for this process alone. */
export class MemoryConcurrencyLimiter extends ConcurrencyLimiter {
  readonly #places = new LocalPlaces();

  override async enter(
    { name, limit }: ConcurrencyPolicy,
    subject: string,
  ): Promise<Permit | undefined> {
    const key = `${name}:${subject}`;
    if (!this.#places.take(key, limit)) return undefined;
    let isHeld = true;
    return {
      release: () => {
        if (isHeld) this.#places.free(key);
        isHeld = false;
      },
    };
  }
}
