import type { Logger } from '@nestjs/common';
import type { ZodType } from 'zod';
import { toProblemDetails } from '../http/index.js';
import { AppError } from '../kernel/app-error.js';
import { newId } from '../kernel/ids.js';
import type { Refusal } from './live-messages.js';

/** What the client is told; what is our fault is logged. */
export function refusalOf(error: unknown, logger: Logger): Refusal {
  const correlationId = newId();
  const { code, detail, status } = toProblemDetails(error, correlationId);
  if (status >= 500) {
    logger.error({ message: 'live request failed', err: error, code, correlationId });
  }
  return { code, detail };
}

/** @throws AppError `request.invalid` */
export function parseRequest<Request>(schema: ZodType<Request>, body: unknown): Request {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid', 'request.invalid', 'Send {"channel": "…"}.');
}
