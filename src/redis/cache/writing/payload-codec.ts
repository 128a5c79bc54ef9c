import { AppError } from '../../../kernel/app-error.js';
import { PRINTABLE } from '../../../kernel/printable-text.js';
import { open, seal, type KeyRing } from '../../../kernel/secret-box.js';
import type { CacheDefinition } from '../cache-definition.js';

/** Part of an index of PostgreSQL, whose entries end below 2.7 kB. */
const MAX_KEY_LENGTH = 512;

export interface Payload<Params, Value> {
  readonly params: Params;
  readonly value: Value;
}

/** A write to text and back; sealed, and good for its own key alone, where the cache is encrypted. */
export class PayloadCodec<Params, Value> {
  readonly #name: string;
  readonly #cache: CacheDefinition<Params, Value>;
  readonly #encryption: KeyRing | undefined;

  constructor(name: string, cache: CacheDefinition<Params, Value>, keys: KeyRing) {
    this.#name = name;
    this.#cache = cache;
    this.#encryption = cache.encrypt === true ? keys : undefined;
  }

  /** @throws AppError `cache.invalid_key` (invalid): nothing that every database takes */
  keyOf(params: Params): string {
    const key = this.#cache.key(params);
    if (key.length <= MAX_KEY_LENGTH && PRINTABLE.test(key)) return key;
    throw new AppError(
      'invalid',
      'cache.invalid_key',
      `a key of write-behind ${this.#name} is too long or holds control characters`,
    );
  }

  /** @throws AppError `cache.not_serializable` (internal) for what would come back as something else */
  encode(key: string, payload: Payload<Params, Value>): string {
    const text = this.#stringify(payload);
    if (!this.#comesBack(key, text)) throw this.#notSerializable();
    return this.#encryption === undefined ? text : seal(text, this.#encryption, this.#context(key));
  }

  /** @returns undefined for what an older release or another key wrote, and this one cannot read. */
  decode(key: string, text: string): Payload<Params, Value> | undefined {
    if (this.#encryption === undefined) return this.#read(text);
    try {
      return this.#read(open(text, this.#encryption, this.#context(key)));
    } catch {
      return undefined;
    }
  }

  #comesBack(key: string, text: string): boolean {
    try {
      const readBack = this.#read(text);
      return readBack !== undefined && this.#cache.key(readBack.params) === key;
    } catch {
      return false;
    }
  }

  #context(key: string): string {
    return `write-behind:${this.#name}:${key}`;
  }

  #stringify(payload: Payload<Params, Value>): string {
    try {
      if (payload.value !== undefined) return JSON.stringify(payload);
    } catch (cause) {
      throw this.#notSerializable(cause);
    }
    throw this.#notSerializable();
  }

  #read(text: string): Payload<Params, Value> | undefined {
    let payload: Partial<Payload<Params, Value>>;
    try {
      payload = JSON.parse(text) as Partial<Payload<Params, Value>>;
    } catch {
      return undefined;
    }
    if (payload.value === undefined) return undefined;
    const params = payload.params as Params;
    if (this.#cache.schema === undefined) return { params, value: payload.value };
    const checked = this.#cache.schema.safeParse(payload.value);
    return checked.success ? { params, value: checked.data } : undefined;
  }

  #notSerializable(cause?: unknown): AppError {
    return new AppError(
      'internal',
      'cache.not_serializable',
      `write-behind ${this.#name}: parameters and value must be what JSON can carry`,
      { cause },
    );
  }
}
