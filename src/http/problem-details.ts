import { HttpException } from '@nestjs/common';
import { AppError, type ErrorKind } from '../kernel/app-error.js';
import { isConnectionFailure, isStatementTimeout } from '../kernel/connection-failure.js';

/** An error answer (RFC 9457, `application/problem+json`). */
export interface ProblemDetails {
  /** `urn:bourse:error:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable, for programs: `trading.insufficient_funds`. */
  readonly code: string;
  readonly correlationId: string;
  /** Code-specific and safe to show, e.g. the fields that were wrong. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const STATUS_OF_KIND: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  unprocessable: 422,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
  timeout: 504,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Errors of the HTTP layer itself, which have a status but no code of ours. */
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'request.malformed',
  404: 'request.no_such_route',
  408: 'request.timeout',
  413: 'request.too_large',
  414: 'request.url_too_long',
  415: 'request.unsupported_media_type',
  431: 'request.headers_too_large',
};

/** What the caller is told. Of an error nobody foresaw, nothing but the correlation id. */
export function toProblemDetails(error: unknown, correlationId: string): ProblemDetails {
  if (error instanceof AppError && error.kind !== 'internal') {
    return problem(
      STATUS_OF_KIND[error.kind],
      error.code,
      error.message,
      correlationId,
      error.details,
    );
  }
  if (isConnectionFailure(error)) {
    return problem(
      503,
      'unavailable',
      'A part of the system does not answer: try again.',
      correlationId,
    );
  }
  if (isStatementTimeout(error)) {
    return problem(504, 'timeout', 'The database took too long: try again.', correlationId);
  }
  const status = clientErrorStatus(error);
  if (status !== undefined) {
    return problemOfStatus(status, (error as Error).message, correlationId);
  }
  return problem(500, 'internal', 'Something went wrong on our side.', correlationId);
}

/** For what the HTTP layer refuses before any code of ours sees it. */
export function problemOfStatus(
  status: number,
  detail: string,
  correlationId: string,
): ProblemDetails {
  return problem(status, CODE_OF_STATUS[status] ?? 'request.refused', detail, correlationId);
}

function problem(
  status: number,
  code: string,
  detail: string,
  correlationId: string,
  details?: Readonly<Record<string, unknown>>,
): ProblemDetails {
  return {
    type: `urn:bourse:error:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    code,
    correlationId,
    ...(details && { details }),
  };
}

/** The 4xx that Nest or Fastify has already decided on, such as a body that is not JSON. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as Error & { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
