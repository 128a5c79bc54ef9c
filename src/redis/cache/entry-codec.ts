import type { ZodType } from 'zod';
import { AppError } from '../../kernel/app-error.js';
import { open, seal, type KeyRing } from '../../kernel/secret-box.js';
import { deepFreeze } from '../frozen-json.js';
import type { StoredEntry, TagVersion } from './cache-store.js';

export interface DecodedEntry<Value> {
  /** undefined: it is known that there is nothing. */
  readonly value: Value | undefined;
  /** By the clock of the writer, ms since 1970. */
  readonly expiresAtMs: number;
}

/**
 * Values and entries of one cache to text and back. An entry: `[expiresAtMs, [tagVersion…],
 * value?]`; of an encrypted cache the value is its sealed text, good for its own key alone.
 */
export class EntryCodec<Value> {
  readonly #name: string;
  readonly #schema: ZodType<Value> | undefined;
  readonly #encryption: KeyRing | undefined;

  /** @param encryption set: values are sealed with its first key. */
  constructor(name: string, schema: ZodType<Value> | undefined, encryption?: KeyRing) {
    this.#name = name;
    this.#schema = schema;
    this.#encryption = encryption;
  }

  /**
   * @returns undefined when the entry is of no use: not ours, of another shape, or of an
   *   invalidated tag.
   */
  decode(key: string, { text, tagVersions }: StoredEntry): DecodedEntry<Value> | undefined {
    const entry = text === undefined ? undefined : parseEntry(text);
    if (entry === undefined || !sameVersions(entry.tagVersions, tagVersions)) return undefined;
    if (!entry.hasValue) return { value: undefined, expiresAtMs: entry.expiresAtMs };
    const value = this.#unseal(key, entry.value);
    const checked = value && this.#check(value.plain);
    return checked && { value: checked.value, expiresAtMs: entry.expiresAtMs };
  }

  /** @param valueText undefined: there is nothing. */
  encode(
    key: string,
    valueText: string | undefined,
    expiresAtMs: number,
    tagVersions: readonly string[],
  ): string {
    const head = `[${expiresAtMs},${JSON.stringify(tagVersions)}`;
    if (valueText === undefined) return `${head}]`;
    if (this.#encryption === undefined) return `${head},${valueText}]`;
    return `${head},${JSON.stringify(seal(valueText, this.#encryption, key))}]`;
  }

  /**
   * @throws AppError `cache.not_serializable` (internal) for what JSON cannot hold (a bigint, a
   *   cycle).
   */
  stringify(value: Value): string {
    let cause: unknown;
    try {
      const text = JSON.stringify(value) as string | undefined;
      if (text !== undefined) return text;
    } catch (error) {
      cause = error;
    }
    throw new AppError(
      'internal',
      'cache.not_serializable',
      `cache ${this.#name}: not a JSON value`,
      { cause },
    );
  }

  /**
   * What a later reader will get for `valueText`; undefined when the cache's own schema refuses it.
   */
  readBack(valueText: string): { readonly value: Value } | undefined {
    return this.#check(JSON.parse(valueText));
  }

  /** @returns undefined for what our keys do not open: a miss. */
  #unseal(key: string, value: unknown): { readonly plain: unknown } | undefined {
    if (this.#encryption === undefined) return { plain: value };
    if (typeof value !== 'string') return undefined;
    try {
      return { plain: JSON.parse(open(value, this.#encryption, key)) as unknown };
    } catch {
      return undefined;
    }
  }

  #check(value: unknown): { readonly value: Value } | undefined {
    if (this.#schema === undefined) return { value: deepFreeze(value as Value) };
    const result = this.#schema.safeParse(value);
    return result.success ? { value: deepFreeze(result.data) } : undefined;
  }
}

interface ParsedEntry {
  readonly expiresAtMs: number;
  readonly tagVersions: readonly unknown[];
  readonly hasValue: boolean;
  readonly value: unknown;
}

function parseEntry(text: string): ParsedEntry | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [expiresAtMs, tagVersions, value] = parsed as unknown[];
  if (typeof expiresAtMs !== 'number' || !Array.isArray(tagVersions)) return undefined;
  return { expiresAtMs, tagVersions, hasValue: parsed.length > 2, value };
}

function sameVersions(written: readonly unknown[], current: readonly TagVersion[]): boolean {
  // A tag without a version equals nothing: its entries are from before it was lost.
  return written.length === current.length && written.every((version, i) => version === current[i]);
}
