import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { catchError, from, mergeMap, type Observable } from 'rxjs';
import type { AuthenticatedRequest } from '../../kernel/principal.js';
import { QuotaBook } from './quota-book.js';
import type { QuotaName } from './quota.policies.js';

export const QUOTA_METADATA = 'bourse:quota';

/** Counts the calls of routes with `@Quota`. */
@Injectable()
export class QuotaInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly quotas: QuotaBook,
  ) {}

  /** @throws AppError `quota.exceeded` */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const name = this.reflector.getAllAndOverride<QuotaName>(QUOTA_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (principal === undefined) throw new TypeError(`a quota of nobody: ${name}`);
    const taken = await this.quotas.take(principal.userId, name);
    return next.handle().pipe(
      catchError((error: unknown) =>
        from(this.quotas.giveBack(taken)).pipe(
          mergeMap(() => {
            throw error;
          }),
        ),
      ),
    );
  }
}
