import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, concatMap, from, type Observable } from 'rxjs';
import type { AuthenticatedRequest } from '../../kernel/principal.js';
import { ACCESS_METADATA, type Access } from '../access.decorators.js';
import { isSafe } from '../cross-site.js';
import { toProblemDetails } from '../problem-details.js';
import { ActionLog } from './action-log.js';
import { RECORDED_METADATA } from './recorded.decorator.js';

/** Records every call that changes something by a permission: no route has to ask for it, and none can forget to. */
@Injectable()
export class ActionInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly log: ActionLog,
  ) {}

  /** @throws AppError `audit.unavailable` */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & AuthenticatedRequest>();
    const { principal } = request;
    const access = this.#metadata<Access>(ACCESS_METADATA, context);
    if (isSafe(request.method) || access?.kind !== 'permission' || principal === undefined) {
      return next.handle();
    }
    const fields = this.#metadata<readonly string[]>(RECORDED_METADATA, context);
    const end = await this.log.begin(request, principal, fields);
    return next.handle().pipe(
      concatMap(async (answer: unknown) => {
        await end(http.getResponse<FastifyReply>().statusCode);
        return answer;
      }),
      catchError((error: unknown) =>
        from(end(toProblemDetails(error, request.id).status)).pipe(
          concatMap(() => {
            throw error;
          }),
        ),
      ),
    );
  }

  #metadata<T>(key: string, context: ExecutionContext): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(key, [
      context.getHandler(),
      context.getClass(),
    ]);
  }
}
