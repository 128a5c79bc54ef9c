export interface FrozenCopy {
  readonly value: unknown;
  /** About the length of its JSON. */
  readonly bytes: number;
}

/** What JSON has no word for on its own: the caller sees to it that the error says which cache it was. */
export class NotJsonError extends Error {
  override readonly name = 'NotJsonError';
}

const MAX_DEPTH = 200;
const NUMBER_BYTES = 8;

/**
 * What `JSON.parse(JSON.stringify(value))` makes, frozen, in one walk and without a text: `toJSON` is asked,
 * what JSON leaves out is left out, `NaN` becomes null. The text of a small object and back takes about four
 * times as long.
 * @throws NotJsonError for a bigint, a cycle, or what is nothing but a function or undefined
 */
export function frozenCopy(value: unknown): FrozenCopy {
  const size = { bytes: 0 };
  const copy = copyOf(value, '', 0, size);
  if (copy === undefined) throw new NotJsonError('not a JSON value');
  return { value: copy, bytes: size.bytes };
}

function copyOf(value: unknown, key: string, depth: number, size: { bytes: number }): unknown {
  switch (typeof value) {
    case 'string':
      size.bytes += value.length + 2;
      return value;
    case 'number':
      size.bytes += NUMBER_BYTES;
      // JSON knows no minus nought.
      return Number.isFinite(value) ? value + 0 : null;
    case 'boolean':
      size.bytes += 5;
      return value;
    case 'bigint':
      throw new NotJsonError('a bigint is not a JSON value');
    case 'object':
      return value === null ? copyOfNull(size) : copyOfObject(value, key, depth, size);
    default:
      return undefined;
  }
}

function copyOfNull(size: { bytes: number }): null {
  size.bytes += 4;
  return null;
}

function copyOfObject(value: object, key: string, depth: number, size: { bytes: number }): unknown {
  if (depth > MAX_DEPTH) throw new NotJsonError(`deeper than ${MAX_DEPTH}, or a cycle`);
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const shown: unknown = (value as { toJSON(key: string): unknown }).toJSON(key);
    // Asked once: what it shows is taken as it is.
    if (typeof shown !== 'object' || shown === null) return copyOf(shown, key, depth, size);
    return copyOfParts(shown, depth, size);
  }
  return copyOfParts(value, depth, size);
}

function copyOfParts(value: object, depth: number, size: { bytes: number }): unknown {
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return copyOf(value.valueOf(), '', depth, size);
  }
  size.bytes += 2;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (let i = 0; i < value.length; i += 1) {
      size.bytes += 1;
      const item = copyOf(value[i], String(i), depth + 1, size);
      items.push(item === undefined ? copyOfNull(size) : item);
    }
    return Object.freeze(items);
  }
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const part = copyOf((value as Record<string, unknown>)[name], name, depth + 1, size);
    if (part === undefined) continue;
    size.bytes += name.length + 4;
    if (name === '__proto__') defineOwn(copy, name, part);
    else copy[name] = part;
  }
  return Object.freeze(copy);
}

/** As `JSON.parse` does: a key of this name is data, not a prototype. */
function defineOwn(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    ...{ value, enumerable: true, configurable: true, writable: true },
  });
}
