import { withoutStatementValues } from '../../kernel/error-text.js';
import { AppError, type ErrorKind } from '../../kernel/app-error.js';
import type { QueueDefinition } from './queue-definition.js';

/** Kinds that mean "no, and asking again will not change it". */
const HOPELESS: ReadonlySet<ErrorKind> = new Set([
  'invalid',
  'not_found',
  'forbidden',
  'conflict',
  'unprocessable',
  'payload_too_large',
]);
/** Conflicts of the moment: whoever holds the lock, or took it over, will let go of it. */
const OF_LOCKS = 'lock.';
const MAX_REASON_LENGTH = 1_000;

/** Whether a failed attempt should be the last, however many are left. */
export function isHopeless(error: unknown): boolean {
  if (!(error instanceof AppError) || error.passing) return false;
  return HOPELESS.has(error.kind) && !error.code.startsWith(OF_LOCKS);
}

/**
 * The wait after the `attempt`-th failed attempt: `delayMs` doubled each time up to `maxDelayMs`, the
 * upper half of it random, so that jobs which failed together do not come back together.
 */
export function retryDelayMs(
  backoff: QueueDefinition['backoff'],
  attempt: number,
  random: () => number = Math.random,
): number {
  const delayMs = Math.min(backoff.maxDelayMs, backoff.delayMs * 2 ** Math.min(attempt - 1, 40));
  return Math.round(delayMs / 2 + (delayMs / 2) * random());
}

/** What the job and the dashboard keep of an error: bounded. */
export function failureReason(error: unknown): string {
  const reason =
    error instanceof AppError
      ? `${error.code}: ${error.message}`
      : error instanceof Error
        ? error.message || error.name
        : String(error);
  // PostgreSQL takes any character but this one.
  return withoutStatementValues(reason).slice(0, MAX_REASON_LENGTH).replaceAll('\0', '');
}
