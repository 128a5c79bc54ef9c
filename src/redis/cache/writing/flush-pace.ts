import { SECOND_MS } from '../../../kernel/duration.js';

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30 * SECOND_MS;

/**
 * How long to wait after the n-th failure in a row: 0.2 s, doubling up to 30 s, of which a random half is taken off so
 * that many who failed together do not come back together.
 * @param random 0 ≤ random < 1
 */
export function backoffMs(failures: number, random: number): number {
  const longestMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 16));
  return Math.round(longestMs * (1 - random / 2));
}

/**
 * How many keys the next flush takes. A failure halves it down to one, so that a single key that the source refuses
 * ends up alone and the others pass; successes double it again.
 */
export class FlushPace {
  readonly #maxBatch: number;
  #limit: number;
  #failures = 0;

  constructor(maxBatch: number) {
    this.#maxBatch = maxBatch;
    this.#limit = maxBatch;
  }

  get limit(): number {
    return this.#limit;
  }

  /** In a row, up to now. */
  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#limit = Math.min(this.#maxBatch, this.#limit * 2);
  }

  failed(): void {
    this.#failures += 1;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }
}
