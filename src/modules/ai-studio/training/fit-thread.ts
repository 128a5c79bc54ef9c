import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Gradient steps of one fit. On scaled features the loss has settled by then; 1,500 rows take half a second.
 */
const STEPS = 500;
/** A fit of the most rows there can be takes seconds: by then something is wrong. */
const FIT_MS = 60_000;
const MEMORY_MB = 256;

/** Fits logistic regressions in a thread of its own: the event loop stays free meanwhile. */
export class FitThread {
  readonly #thread = new Worker(new URL('./fit.thread.mjs', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  readonly #failed = new AbortController();

  constructor() {
    this.#thread.on('error', (error) => this.#failed.abort(error));
    this.#thread.on('exit', () => this.#failed.abort(new Error('the thread has ended')));
  }

  /**
   * One fit at a time.
   * @param rows scaled, with the constant first
   * @param signal ends the waiting at once; {@link close} then ends the work
   * @returns a weight per column
   */
  async fit(
    rows: readonly (readonly number[])[],
    outcomes: readonly (0 | 1)[],
    signal: AbortSignal,
  ): Promise<number[]> {
    const waiting = AbortSignal.any([signal, this.#failed.signal, AbortSignal.timeout(FIT_MS)]);
    try {
      waiting.throwIfAborted();
      const answer = once(this.#thread, 'message', { signal: waiting });
      this.#thread.postMessage({ rows, outcomes, steps: STEPS });
      const [{ weights }] = (await answer) as [{ weights: number[] }];
      return weights;
    } catch (error) {
      // What `once` throws on an abort has the reason as its cause.
      throw waiting.aborted ? waiting.reason : error;
    }
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}
