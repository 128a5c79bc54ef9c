import type { JsonValue } from '../../kernel/json.js';

/** A name or an id is shorter; so is a list of them. */
const MAX_LENGTH = 200;
const MAX_ITEMS = 20;
/** What PostgreSQL's JSON does not take, and what no list can show. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu;

/**
 * What an action is done to, as it is kept: the parameters of its route, and of its body the fields that its route names.
 * The body has not been checked yet: values that are no names, numbers or lists of them are left out, long ones cut.
 */
export function actionTarget(
  parameters: unknown,
  body: unknown,
  fields: readonly string[],
): Record<string, JsonValue> {
  const named = entriesOf(body).filter(([name]) => fields.includes(name));
  return Object.fromEntries(
    [...entriesOf(parameters), ...named].flatMap(([name, value]) => {
      const kept = asName(value) ?? (Array.isArray(value) ? namesOf(value) : undefined);
      return kept === undefined ? [] : [[name, kept] as const];
    }),
  );
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function namesOf(values: readonly unknown[]): JsonValue {
  return values.slice(0, MAX_ITEMS).map((value) => asName(value) ?? null);
}

function asName(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return value.slice(0, MAX_LENGTH).replace(UNPRINTABLE, '?');
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
