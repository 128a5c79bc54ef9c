import { promiseHooks } from 'node:v8';
import { newId } from './ids.js';

/**
 * The correlation id follows one request through everything it causes: log lines, outbox rows, jobs,
 * live messages.
 *
 * It goes the way of promises: what is awaited or chained to a promise runs under the id that the promise was made
 * under. A timer, an event or `queueMicrotask` calls back under none. Why not `AsyncLocalStorage`: ADR 0020.
 */
export class Correlation {
  readonly #key = Symbol('correlation id');
  #current: string | undefined;
  #unhook: (() => void) | undefined;
  #isClosed = false;

  /** Runs `work`, and all it awaits, under `id`. */
  run<T>(id: string, work: () => T): T {
    this.#hook();
    const before = this.#current;
    this.#current = id;
    try {
      return work();
    } finally {
      this.#current = before;
    }
  }

  /** The current id; a new one outside of any request or job. */
  current(): string {
    return this.#current ?? newId();
  }

  /** The current id, or undefined outside of any request or job. */
  find(): string | undefined {
    return this.#current;
  }

  /** Lets go of the promises of the process. What still runs does so under no id. */
  close(): void {
    this.#isClosed = true;
    this.#unhook?.();
    this.#unhook = undefined;
    this.#current = undefined;
  }

  /** From the first id on, so that a process without one pays nothing. */
  #hook(): void {
    if (this.#unhook || this.#isClosed) return;
    const key = this.#key;
    const stop = promiseHooks.createHook({
      init: (promise) => {
        if (this.#current !== undefined) (promise as Marked)[key] = this.#current;
      },
      before: (promise) => {
        this.#current = (promise as Marked)[key];
      },
      // Reactions never run within one another: none goes on after this one.
      after: () => {
        this.#current = undefined;
      },
    });
    this.#unhook = () => void Reflect.apply(stop, undefined, []);
  }
}

type Marked = Promise<unknown> & Record<symbol, string | undefined>;
