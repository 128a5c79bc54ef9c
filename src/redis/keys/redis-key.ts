/** First part of every key after the prefix: which ability of the layer owns it. */
export type KeyArea = 'cache' | 'rl' | 'sess' | 'lock' | 'bus' | 'stream' | 'q';

/** Builds `{prefix}:{area}:{part}:{part}…`: the only place where a Redis key is put together. */
export interface KeyBuilder {
  readonly prefix: string;
  /**
   * Parts that may hold anything (a subject, a symbol) come last: two lists of parts must not make
   * one key.
   */
  key(area: KeyArea, ...parts: readonly string[]): string;
}

/** Injection token of {@link KeyBuilder}. */
export const KeyBuilder = Symbol('KeyBuilder');

export function createKeyBuilder(prefix: string): KeyBuilder {
  return { prefix, key: (area, ...parts) => [prefix, area, ...parts].join(':') };
}
