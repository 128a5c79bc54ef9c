import { Inject, Injectable, Logger } from '@nestjs/common';
import { RateLimitTable, type ListedLimit } from '../../../http/index.js';
import { Clock } from '../../../kernel/clock.js';
import { isPossible } from '../../../kernel/rate-limit-bounds.js';
import { RateLimiter } from '../../../redis/index.js';
import { RateLimitSettings } from '../../system-config/index.js';
import { impossibleLimit, unknownLimit } from '../limits.errors.js';
import { LimitOverrides } from './limit-overrides.js';
import type { ChangeRateLimit, RateLimitFigure, RateLimitList } from './rate-limits.dto.js';

/** The limits in the hands of operators. */
@Injectable()
export class RateLimitsService {
  readonly #logger = new Logger(RateLimitsService.name);

  constructor(
    private readonly table: RateLimitTable,
    private readonly limiter: RateLimiter,
    private readonly settings: RateLimitSettings,
    private readonly overrides: LimitOverrides,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  list(): RateLimitList {
    return {
      asOf: new Date(this.clock.nowMs()).toISOString(),
      counting: { ...this.limiter.status() },
      items: this.table.list().map(toFigure),
    };
  }

  /**
   * Stored before it is applied: what a process does, it does again after a restart. What was counted stays counted.
   * @throws AppError `rate_limit.unknown` (not_found); `rate_limit.impossible` (unprocessable)
   */
  async change(changedBy: string, name: string, change: ChangeRateLimit): Promise<RateLimitFigure> {
    assertPossible(this.#find(name), change);
    await this.settings.change(changedBy, name, change);
    await this.overrides.changed();
    this.#logger.log({ message: 'figures of a limit changed', limit: name, ...change, changedBy });
    return toFigure(this.#find(name));
  }

  #find(name: string): ListedLimit {
    const found = this.table.list().find(({ declared }) => declared.name === name);
    if (found === undefined) throw unknownLimit(name);
    return found;
  }
}

function assertPossible({ inForce, declared }: ListedLimit, change: ChangeRateLimit): void {
  const { limit = inForce.limit, windowMs = inForce.windowMs } = change;
  const figures = {
    limit: limit ?? declared.limit,
    windowMs: windowMs ?? declared.windowMs,
  };
  if (!isPossible({ ...declared, ...figures })) throw impossibleLimit(declared.name);
}

function toFigure({ inForce, declared }: ListedLimit): RateLimitFigure {
  const { name, per, algorithm = 'sliding-window', whenAway = 'share' } = inForce;
  const figuresOf = ({ limit, windowMs, shadow = false }: ListedLimit['inForce']) => ({
    limit,
    windowMs,
    shadow,
  });
  const [now, before] = [figuresOf(inForce), figuresOf(declared)];
  const overridden =
    now.limit !== before.limit || now.windowMs !== before.windowMs || now.shadow !== before.shadow;
  return { name, per, algorithm, whenAway, ...now, declared: before, overridden };
}
