import { AppError } from '../../../kernel/app-error.js';
import type { JsonValue } from '../../../kernel/json.js';
import { HIDDEN, hideFields } from '../../../kernel/sealed-fields.js';

/** What the dashboard shows of a job's data: a payload, or the envelope that carries one. */
export function hideSealed(data: JsonValue): JsonValue {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const { payload, ...rest } = data;
  return hideFields(payload === undefined ? data : { ...rest, payload: hideFields(payload) });
}

/** The payload of a job that somebody adds on the dashboard. @throws AppError `queue.hidden_value` for one that was copied from a sealed one */
export function shownPayload(payload: unknown): unknown {
  const fields = typeof payload === 'object' && payload !== null ? Object.values(payload) : [];
  if (!fields.includes(HIDDEN)) return payload;
  throw new AppError(
    'invalid',
    'queue.hidden_value',
    `write the value in place of ${HIDDEN}: nobody can copy a sealed one`,
  );
}
