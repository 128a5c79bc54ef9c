import { Deferred } from '../support/deferred.js';
import { KEYS, valueOf, type Key, type Value } from './cache-model.values.js';

export type HowToLoad = 'now' | 'slowly' | 'held' | 'fails';
type Answer = readonly (Value | undefined)[];

const SLOW_MS = 8;

/** Where the values of the model come from, in versions. */
export class Source {
  readonly #version: number[] = KEYS.map(() => 0);
  readonly #held: ((fails: boolean) => void)[] = [];

  newest(key: Key): number {
    return this.#version[key] as number;
  }

  value(key: Key): Value | undefined {
    return valueOf(key, this.newest(key));
  }

  /** Has something new for these keys. @returns the versions of all */
  renew(keys: readonly Key[]): readonly number[] {
    for (const key of keys) this.#version[key] = this.newest(key) + 1;
    return [...this.#version];
  }

  /** Read at this moment; the answer may be on its way for long. */
  read(keys: readonly Key[], how: HowToLoad, signal?: AbortSignal): Promise<Answer> {
    if (how === 'fails') return Promise.reject(new SourceDownError());
    const values = keys.map((key) => this.value(key));
    if (how === 'now') return Promise.resolve(values);
    const answer = new Deferred<Answer>();
    const end = (fails: boolean): void => {
      if (fails) answer.reject(new SourceDownError());
      else answer.resolve(values);
    };
    if (how === 'slowly') setTimeout(() => end(false), SLOW_MS);
    else this.#held.push(end);
    signal?.addEventListener('abort', () => end(true), { once: true });
    return answer.promise;
  }

  get holds(): boolean {
    return this.#held.length > 0;
  }

  /** Lets one of the answers go that are held. */
  release(which: number, fails: boolean): void {
    const [end] = this.#held.splice(which % Math.max(1, this.#held.length), 1);
    end?.(fails);
  }
}

export class SourceDownError extends Error {
  constructor() {
    super('source is down');
  }
}
