import { AsyncLocalStorage } from 'node:async_hooks';
import { newId } from './ids.js';

/**
 * The correlation id follows one request through everything it causes: log lines, outbox rows, jobs,
 * live messages.
 */
export class Correlation {
  readonly #storage = new AsyncLocalStorage<string>();

  /** Runs `work`, and all it awaits, under `id`. */
  run<T>(id: string, work: () => T): T {
    return this.#storage.run(id, work);
  }

  /** The current id; a new one outside of any request or job. */
  current(): string {
    return this.#storage.getStore() ?? newId();
  }

  /** The current id, or undefined outside of any request or job. */
  find(): string | undefined {
    return this.#storage.getStore();
  }
}
