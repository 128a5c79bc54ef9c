import { withoutStatementValues } from '../../../kernel/error-text.js';
import type { JsonValue } from '../../../kernel/json.js';

export const RUN_OUTCOMES = ['succeeded', 'failed', 'timed_out'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** How a run ended, as it is kept. */
export interface RunEnd {
  readonly outcome: RunOutcome;
  readonly durationMs: number;
  readonly result: JsonValue;
  readonly error: string | null;
}

const MAX_RESULT_LENGTH = 4_000;
const MAX_ERROR_LENGTH = 500;
/** Not storable as text; cutting a message can make one. */
const LONE_SURROGATE = /\p{Cs}/gu;

export function succeeded(result: JsonValue, durationMs: number): RunEnd {
  return { outcome: 'succeeded', durationMs, result: storable(result), error: null };
}

export function failed(
  outcome: Exclude<RunOutcome, 'succeeded'>,
  error: unknown,
  durationMs: number,
): RunEnd {
  return { outcome, durationMs, result: null, error: errorText(error) };
}

/** An escaped backslash, or the escape of what PostgreSQL's JSON does not take: NUL and half a surrogate pair. */
const ESCAPES = /\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g;
const keepBackslash = (escape: string): string => (escape === '\\\\' ? escape : '');

/** As PostgreSQL can keep it; and a result is for a line in a list, not an archive. */
function storable(result: JsonValue): JsonValue {
  const text = JSON.stringify(result) ?? 'null';
  if (text.length > MAX_RESULT_LENGTH) return { omitted: `${text.length} characters` };
  return JSON.parse(text.replace(ESCAPES, keepBackslash)) as JsonValue;
}

function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return withoutStatementValues(text)
    .replaceAll('\0', '')
    .slice(0, MAX_ERROR_LENGTH)
    .replace(LONE_SURROGATE, '?');
}
