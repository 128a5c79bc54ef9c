import type { JsonValue } from '../kernel/json.js';

/** Freezes a value and all it holds, also inside of what is frozen itself. No cycles: what JSON or a schema made. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

/** Freezes what `JSON.parse` made, and nobody else has a hold of. */
export function freezeParsed<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (typeof item === 'object') freezeParsed(item);
  } else {
    const record = value as Record<string, unknown>;
    for (const key in record) {
      const part = record[key];
      if (typeof part === 'object') freezeParsed(part);
    }
  }
  return Object.freeze(value);
}

/** Parses JSON into a value that many readers can share: none can change it under the others. */
export function parseFrozen(text: string): JsonValue {
  return freezeParsed(JSON.parse(text) as JsonValue);
}
