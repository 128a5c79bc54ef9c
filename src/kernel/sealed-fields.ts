import { AppError } from './app-error.js';
import type { JsonValue } from './json.js';
import { open, seal, UNREADABLE, type KeyRing } from './secret-box.js';

/** What stands where a sealed field is shown to people. */
export const HIDDEN = '[sealed]';

/** What the sealed fields of a job belong to. */
export function jobContext(queue: string, job: string): string {
  return `job:${queue}:${job}`;
}

/**
 * The payload with each of the fields `fields` sealed: `{ $sealed: '<keyId>.<base64url>' }` stands in its place. Those
 * that are sealed already, or absent, stay as they are.
 * @param context what the payload belongs to: opened under another, a field is refused
 */
export function sealFields(
  payload: JsonValue,
  fields: readonly string[],
  keys: KeyRing,
  context: string,
): JsonValue {
  return mapFields(payload, (field, value) => {
    if (!fields.includes(field) || isSealed(value)) return value;
    return { $sealed: seal(JSON.stringify(value), keys, `${context}:${field}`) };
  });
}

/** The payload with every sealed field of it opened. @throws AppError `secret.unreadable` (internal) */
export function openFields(
  payload: JsonValue,
  keys: KeyRing | undefined,
  context: string,
): JsonValue {
  return mapFields(payload, (field, value) => {
    if (!isSealed(value)) return value;
    if (keys === undefined) {
      throw new AppError('internal', UNREADABLE, 'There are no keys to open a value with.');
    }
    return JSON.parse(open(value.$sealed, keys, `${context}:${field}`)) as JsonValue;
  });
}

/** The payload for people to look at. */
export function hideFields(payload: JsonValue): JsonValue {
  return mapFields(payload, (_field, value) => (isSealed(value) ? HIDDEN : value));
}

function mapFields(
  payload: JsonValue,
  change: (field: string, value: JsonValue) => JsonValue,
): JsonValue {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return payload;
  // Of most payloads nothing changes, and nothing is made.
  let changed: [field: string, value: JsonValue][] | undefined;
  for (const field of Object.keys(payload)) {
    const value = payload[field] as JsonValue;
    const next = change(field, value);
    if (next !== value) (changed ??= []).push([field, next]);
  }
  return changed === undefined ? payload : { ...payload, ...Object.fromEntries(changed) };
}

function isSealed(value: JsonValue): value is { $sealed: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === 1 &&
    typeof value.$sealed === 'string'
  );
}
