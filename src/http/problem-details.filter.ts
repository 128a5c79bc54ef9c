import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CORRELATION_HEADER } from './correlation-id.js';
import { loggedPath } from './logged-path.js';
import { toProblemDetails } from './problem-details.js';

/** Turns whatever a request ends in into problem+json; what is our fault is logged with its stack. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  readonly #logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for what fails before or beside Nest's routes. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = toProblemDetails(error, request.id);
    if (problem.status === 503 || problem.status === 504) {
      // An outage, not a bug: one short line per request, without its stack.
      this.#logger.warn({
        message: 'request not served',
        code: problem.code,
        reason: reasonOf(error),
      });
    } else if (problem.status >= 500) {
      this.#logger.error({
        message: 'request failed',
        err: error,
        code: problem.code,
        method: request.method,
        path: loggedPath(request.url),
      });
    }
    if (reply.sent) return;
    // What fails before routing, such as an address that cannot be decoded, has not passed the hook that sets it.
    reply.header(CORRELATION_HEADER, request.id);
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    if (problem.status === 503) reply.header('retry-after', '1');
    const retryAfterSeconds = problem.details?.['retryAfterSeconds'];
    if (typeof retryAfterSeconds === 'number') {
      reply.header('retry-after', String(retryAfterSeconds));
    }
    void reply.status(problem.status).type('application/problem+json').send(problem);
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
