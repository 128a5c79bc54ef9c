import { StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError } from '../kernel/app-error.js';

/** A hostile body may break its schema in a million places; the answer names the first few. */
const MAX_ISSUES = 20;

/** Checks every parameter that declares a schema (`@Body({ schema })`) and hands on the parsed value. */
export function createValidationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) =>
      new AppError('invalid', 'request.invalid', 'The request does not have the expected shape.', {
        details: {
          issues: issues.slice(0, MAX_ISSUES).map((issue) => ({
            path: (issue.path ?? [])
              .map((part) => String(typeof part === 'object' ? part.key : part))
              .join('.'),
            message: issue.message,
          })),
        },
      }),
  });
}
