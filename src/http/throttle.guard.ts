import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { AppError } from '../kernel/app-error.js';
import { SECOND_MS } from '../kernel/duration.js';
import { RefusalWatch } from './blocks/refusal-watch.js';
import { subjectOf, type LimitedRequest } from './limit-subject.js';

/** Where `@Throttle` keeps its limits; their names come after it. */
const LIMIT_METADATA = 'THROTTLER:LIMIT';

/** The guard of @nestjs/throttler for routes that carry its `@Throttle`; no other route is held to anything by it. */
@Injectable()
export class ThrottleGuard extends ThrottlerGuard {
  @Inject(RefusalWatch) private readonly refusals!: RefusalWatch;

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const places = [context.getHandler(), context.getClass()];
    return !this.throttlers.some(
      ({ name }) =>
        this.reflector.getAllAndOverride(`${LIMIT_METADATA}${name}`, places) !== undefined,
    );
  }

  /** As our own limits count: the user, or else the address. */
  protected override async getTracker(request: LimitedRequest): Promise<string> {
    return subjectOf(request, 'user') ?? subjectOf(request, 'ip') ?? '';
  }

  protected override throwThrottlingException(
    context: ExecutionContext,
    { limit, ttl, timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    const request = context.switchToHttp().getRequest<LimitedRequest>();
    if (subjectOf(request, 'user') === undefined) this.refusals.note(request.ip);
    const retryAfterSeconds = Math.max(1, timeToBlockExpire);
    throw new AppError(
      'too_many_requests',
      'rate_limit.exceeded',
      `Too many requests: at most ${limit} in ${Math.ceil(ttl / SECOND_MS)} s. Try again in ${retryAfterSeconds} s.`,
      { details: { limit, windowMs: ttl, retryAfterSeconds } },
    );
  }
}
