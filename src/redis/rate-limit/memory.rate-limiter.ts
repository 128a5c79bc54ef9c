import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.js';
import {
  RateLimiter,
  type RateLimitCheck,
  type RateLimitDecision,
  type RateLimiterStatus,
  type RateLimitVerdict,
} from '../../kernel/rate-limiter.js';
import { checkAll } from './check-consumption.js';
import { GuardedCount } from './rules/guarded-count.js';
import { ruleOf, type LimitRule } from './rules/limit-rule.js';

/** Beyond it the subject that was quiet for longest is forgotten, and starts with a full limit. */
const MAX_SUBJECTS = 50_000;

interface Held {
  readonly rule: LimitRule;
  readonly count: GuardedCount;
  readonly cost: number;
  readonly shadow: boolean;
  /** 0: there is room. */
  readonly waitUs: number;
}

/** Counts for this process alone, to the ms. */
export class MemoryRateLimiter extends RateLimiter {
  readonly #clock: Clock;
  readonly #counts: LRUCache<string, GuardedCount>;

  constructor(clock: Clock, maxSubjects: number = MAX_SUBJECTS) {
    super();
    this.#clock = clock;
    this.#counts = new LRUCache({ max: maxSubjects });
  }

  override async consumeAll(checks: readonly RateLimitCheck[]): Promise<RateLimitVerdict> {
    checkAll(checks);
    const nowUs = this.#clock.nowMs() * 1_000;
    const held = checks.map((check) => this.#look(check, nowUs));
    const allowed = held.every(({ waitUs, shadow }) => waitUs === 0 || shadow);
    const decisions = held.map((one): RateLimitDecision => {
      const { rule, count, cost, shadow, waitUs } = one;
      const exceeded = waitUs > 0;
      if (exceeded) count.refuse(rule, nowUs);
      else if (allowed) count.take(rule, nowUs, cost);
      return {
        allowed: !exceeded || shadow,
        exceeded,
        limit: rule.limit,
        remaining: count.remaining(rule, nowUs),
        retryAfterMs: exceeded ? inMs(count.waitUs(rule, nowUs, cost)) : 0,
        resetMs: inMs(count.resetUs(rule, nowUs)),
      };
    });
    return { allowed, decisions };
  }

  override status(): RateLimiterStatus {
    return { mode: 'alone', instances: 1, owedSubjects: 0, errors: 0, losses: 0 };
  }

  #look({ policy, subject, cost = 1 }: RateLimitCheck, nowUs: number): Held {
    const rule = ruleOf(policy);
    const key = `${policy.name}:${subject}`;
    let count = this.#counts.get(key);
    if (count?.algorithm !== rule.algorithm) {
      count = new GuardedCount(rule.algorithm);
      this.#counts.set(key, count);
    }
    const waitUs = count.waitUs(rule, nowUs, cost);
    return { rule, count, cost, shadow: policy.shadow === true, waitUs };
  }
}

function inMs(us: number): number {
  return Math.ceil(us / 1_000);
}
