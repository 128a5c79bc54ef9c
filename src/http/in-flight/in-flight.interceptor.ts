import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { finalize, type Observable } from 'rxjs';
import { AppError } from '../../kernel/app-error.js';
import { ConcurrencyLimiter } from '../../kernel/concurrency-limiter.js';
import { subjectOf, type LimitedRequest } from '../limit-subject.js';
import { IN_FLIGHT_LIMITS, type InFlightName } from './in-flight.policies.js';

export const IN_FLIGHT_METADATA = 'bourse:in-flight';

/** Counts what is under way on routes with `@MaxInFlight`, by user, or else by address. */
@Injectable()
export class InFlightInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly places: ConcurrencyLimiter,
  ) {}

  /** @throws AppError `in_flight.exceeded` */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const name = this.reflector.getAllAndOverride<InFlightName>(IN_FLIGHT_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = context.switchToHttp().getRequest<LimitedRequest>();
    const subject = subjectOf(request, 'user') ?? subjectOf(request, 'ip') ?? '';
    const limit = IN_FLIGHT_LIMITS[name];
    const permit = await this.places.enter({ name, limit }, subject);
    if (permit === undefined) throw tooMany(name, limit);
    return next.handle().pipe(finalize(() => permit.release()));
  }
}

function tooMany(policy: InFlightName, limit: number): AppError {
  return new AppError(
    'too_many_requests',
    'in_flight.exceeded',
    `At most ${limit} of these at a time: wait for one to end.`,
    { details: { policy, limit, retryAfterSeconds: 1 } },
  );
}
