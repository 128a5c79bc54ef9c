import type { Logger } from '@nestjs/common';
import type { ZodType } from 'zod';
import { toProblemDetails } from '../http/index.js';
import { AppError } from '../kernel/app-error.js';
import { newId } from '../kernel/ids.js';
import type { Closing, Refusal } from './live-messages.js';

/** What the client is told; what is our fault is logged, an outage without its stack. */
export function refusalOf(error: unknown, logger: Logger): Refusal {
  const correlationId = newId();
  const { code, detail, status } = toProblemDetails(error, correlationId);
  if (status === 503 || status === 504) {
    logger.warn({ message: 'live request not served', code, correlationId });
  } else if (status >= 500) {
    logger.error({ message: 'live request failed', err: error, code, correlationId });
  }
  return { code, detail };
}

/** {@link refusalOf} for a connection that ends with it, and when to come back where the error says so. */
export function closingOf(error: unknown, logger: Logger): Closing {
  const retryAfterMs = error instanceof AppError ? error.details?.['retryAfterMs'] : undefined;
  return {
    ...refusalOf(error, logger),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
  };
}

/** @throws AppError `request.invalid` */
export function parseRequest<Request>(schema: ZodType<Request>, body: unknown): Request {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid', 'request.invalid', 'Send {"channel": "…"}.');
}
