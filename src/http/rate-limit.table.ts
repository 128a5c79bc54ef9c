import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { isPossible } from '../kernel/rate-limit-bounds.js';
import {
  resolvePolicies,
  type LimitFigures,
  type LimitPolicy,
  type RateLimitName,
} from './rate-limit.policies.js';

/** A limit, and what it was before anybody set it. */
export interface ListedLimit {
  readonly inForce: LimitPolicy;
  readonly declared: LimitPolicy;
}

/** The limits as they hold in this process, from one moment to the next. */
@Injectable()
export class RateLimitTable {
  readonly #declared: ReadonlyMap<string, LimitPolicy>;
  #inForce: ReadonlyMap<string, LimitPolicy>;

  /** @throws AppError `config.invalid`: `RATE_LIMITS` names a limit that there is not. */
  constructor(@Inject(Config) { rateLimits }: Config) {
    this.#declared = resolvePolicies(rateLimits);
    this.#inForce = this.#declared;
  }

  get(name: RateLimitName): LimitPolicy {
    const policy = this.#inForce.get(name);
    if (policy === undefined) throw new TypeError(`no limit is called ${name}`);
    return policy;
  }

  list(): readonly ListedLimit[] {
    return Array.from(this.#declared, ([name, declared]) => ({
      declared,
      inForce: this.#inForce.get(name) ?? declared,
    }));
  }

  /** From now on these figures hold, and of every limit that is not among them the declared ones. */
  override(figures: ReadonlyMap<string, LimitFigures>): void {
    this.#inForce = new Map(
      Array.from(this.#declared, ([name, declared]) => [
        name,
        withFigures(declared, figures.get(name)),
      ]),
    );
  }
}

function withFigures(declared: LimitPolicy, figures: LimitFigures | undefined): LimitPolicy {
  if (figures === undefined) return declared;
  const {
    limit = declared.limit,
    windowMs = declared.windowMs,
    shadow = declared.shadow,
  } = figures;
  const replaced = { ...declared, limit, windowMs, ...(shadow !== undefined && { shadow }) };
  // Two changes at once may come to what neither would be let through with.
  return isPossible(replaced) ? replaced : declared;
}
