import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ZodType } from 'zod';
import { AppError } from '../../../kernel/app-error.js';
import { open, seal, type KeyRing } from '../../../kernel/secret-box.js';
import { deepFreeze, freezeParsed } from '../../frozen-json.js';
import { frozenCopy } from '../local/frozen-copy.js';
import { headText, packingOf, valueStart, type Packing, type StoredTimes } from './entry-head.js';

/** What {@link EntryCodec.value} answers for an entry of no use. */
export const UNREADABLE = Symbol('unreadable');

export interface ReadableValue<Value> {
  readonly value: Value;
  /** About the length of its JSON. */
  readonly bytes: number;
}

/** The fastest one: on JSON of quotes and bars it finds nine tenths of what the slowest finds, at 150 MB/s. */
const DEFLATE = { level: 1 };
/** No entry of ours unpacks to more; a forged one might. */
const INFLATE = { maxOutputLength: 64 * 1024 * 1024 };

export interface CodecOptions<Value> {
  readonly name: string;
  readonly schema: ZodType<Value> | undefined;
  /** Set: values are sealed with its first key. */
  readonly encryption: KeyRing | undefined;
  /** Longer texts are deflated. */
  readonly compressAboveBytes: number;
}

/**
 * Values and entries of one cache to text and back. An entry is its head (`entry-head.ts`) and the value as JSON, or
 * packed: deflated, sealed for its own name alone, or one after the other.
 */
export class EntryCodec<Value> {
  readonly #options: CodecOptions<Value>;
  readonly #isPlain: boolean;

  constructor(options: CodecOptions<Value>) {
    this.#options = options;
    this.#isPlain = options.schema === undefined;
  }

  /**
   * What an entry holds, frozen; undefined: it is known that there is nothing.
   * @returns `UNREADABLE`: it is not ours, of another shape, or sealed with a key we have not
   */
  value(name: string, text: string): Value | undefined | typeof UNREADABLE {
    try {
      const packing = packingOf(text);
      if (packing === undefined) return UNREADABLE;
      if (packing === 'nothing') return undefined;
      // What is to be sealed and is not was put there by somebody else.
      if (this.#options.encryption !== undefined && !isSealed(packing)) return UNREADABLE;
      const packed = text.slice(valueStart(text));
      return this.#checked(
        JSON.parse(packing === 'plain' ? packed : this.#unpack(name, packed, packing)),
      );
    } catch {
      return UNREADABLE;
    }
  }

  /** About the length of its JSON, however it is packed in the entry that it came from. */
  sizeOf(value: Value | undefined, text: string): number {
    if (value === undefined || packingOf(text) === 'plain') return text.length;
    return JSON.stringify(value).length;
  }

  /**
   * @param valueText undefined: there is nothing.
   * @param versions of its tags, joined by a space
   */
  encode(
    name: string,
    valueText: string | undefined,
    times: StoredTimes,
    versions: string,
  ): string {
    const head = (packing: Packing): string => headText({ ...times, packing, versions });
    if (valueText === undefined) return head('nothing');
    const { encryption, compressAboveBytes } = this.#options;
    const isDeflated = valueText.length > compressAboveBytes;
    const text = isDeflated ? deflateRawSync(valueText, DEFLATE).toString('base64') : valueText;
    if (encryption === undefined) return head(isDeflated ? 'deflated' : 'plain') + text;
    return head(isDeflated ? 'deflated sealed' : 'sealed') + seal(text, encryption, name);
  }

  /**
   * @throws AppError `cache.not_serializable` (internal) for what JSON cannot hold (a bigint, a
   *   cycle).
   */
  stringify(value: Value): string {
    return this.#json(() => JSON.stringify(value));
  }

  /**
   * What a reader of the store will get for `value`, frozen; undefined when the cache's own schema refuses it.
   * @throws AppError `cache.not_serializable` (internal)
   */
  readable(value: Value): ReadableValue<Value> | undefined {
    const copy = this.#json(() => frozenCopy(value));
    if (this.#isPlain) return { value: copy.value as Value, bytes: copy.bytes };
    const checked = this.#checked(copy.value);
    return checked === UNREADABLE ? undefined : { value: checked, bytes: copy.bytes };
  }

  #json<T>(make: () => T | undefined): T {
    let cause: unknown;
    try {
      const made = make();
      if (made !== undefined) return made;
    } catch (error) {
      cause = error;
    }
    throw new AppError(
      'internal',
      'cache.not_serializable',
      `cache ${this.#options.name}: not a JSON value`,
      { cause },
    );
  }

  #unpack(name: string, packed: string, packing: Packing): string {
    const { encryption } = this.#options;
    if (isSealed(packing) && encryption === undefined) throw new TypeError('sealed');
    const text = isSealed(packing) && encryption ? open(packed, encryption, name) : packed;
    if (packing === 'sealed') return text;
    return inflateRawSync(Buffer.from(text, 'base64'), INFLATE).toString('utf8');
  }

  #checked(value: unknown): Value | typeof UNREADABLE {
    const { schema } = this.#options;
    if (schema === undefined) return freezeParsed(value as Value);
    const result = schema.safeParse(value);
    return result.success ? deepFreeze(result.data) : UNREADABLE;
  }
}

function isSealed(packing: Packing): boolean {
  return packing === 'sealed' || packing === 'deflated sealed';
}
