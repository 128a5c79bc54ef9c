/**
 * What went wrong, in terms every edge can translate: HTTP maps a kind to a status, a socket to an
 * acknowledgement, a job to "retry" or "give up".
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'unprocessable'
  | 'too_many_requests'
  | 'payload_too_large'
  | 'unavailable'
  | 'timeout'
  | 'internal';

export interface AppErrorOptions {
  /** Safe to show to the caller: never a secret, a stack or another user's data. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** Of this moment alone: the same may succeed in a second, and a job tries it again. */
  readonly passing?: boolean;
}

/**
 * The one error type that services throw.
 *
 * `code` is stable and dotted, `<module>.<reason>` (`trading.insufficient_funds`); `message` is a
 * sentence for a person and may change.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly passing: boolean;

  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details;
    this.passing = options.passing ?? false;
  }
}
