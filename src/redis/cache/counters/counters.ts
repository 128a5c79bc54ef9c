import type { CounterDefinition } from './counter-definition.js';

/**
 * A declared counter, ready to use: exact however many count at once, on however many instances. A call that fails for
 * want of an answer may have counted.
 */
export interface Counter<Params> {
  /**
   * Adds `by` (1 unless said; may be negative).
   * @returns the count after it
   * @throws AppError `counter.unavailable` (unavailable); `counter.invalid_step` (invalid); `counter.overflow`
   *   (unprocessable): it would leave ±(2^53 - 1), and nothing was added
   */
  increment(params: Params, by?: number): Promise<number>;
  /** The count; 0 for one that was not begun or has ended. @throws AppError `counter.unavailable` */
  get(params: Params): Promise<number>;
  /** Ends it: the next increment begins at zero, with a TTL of its own. @throws AppError `counter.unavailable` */
  reset(params: Params): Promise<void>;
}

/** Where declared counters come from. */
export abstract class Counters {
  /** @throws AppError `counter.invalid` (internal) for a definition that makes no sense */
  abstract use<Params>(definition: CounterDefinition<Params>): Counter<Params>;
}
