import type { JsonValue } from '../kernel/json.js';

/** Freezes a value and all it holds. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

/** Parses JSON into a value that many readers can share: none can change it under the others. */
export function parseFrozen(text: string): JsonValue {
  return deepFreeze(JSON.parse(text) as JsonValue);
}
