import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.js';
import {
  RateLimiter,
  type RateLimitDecision,
  type RateLimitPolicy,
} from '../../kernel/rate-limiter.js';
import { checkConsumption, takeFromWindow } from './sliding-window.js';

/** Beyond it the subject that was quiet for longest is forgotten, and starts with a full limit. */
const MAX_SUBJECTS = 50_000;

/** Counts for this process alone. */
export class MemoryRateLimiter extends RateLimiter {
  readonly #clock: Clock;
  /** Times of the units taken, per policy and subject. */
  readonly #windows: LRUCache<string, number[]>;

  constructor(clock: Clock, maxSubjects: number = MAX_SUBJECTS) {
    super();
    this.#clock = clock;
    this.#windows = new LRUCache({ max: maxSubjects });
  }

  override async consume(
    policy: RateLimitPolicy,
    subject: string,
    cost = 1,
  ): Promise<RateLimitDecision> {
    checkConsumption(policy, cost);
    const key = `${policy.name}:${subject}`;
    const takenAt = this.#windows.get(key) ?? [];
    const decision = takeFromWindow(takenAt, this.#clock.nowMs(), policy, cost);
    this.#windows.set(key, takenAt);
    return decision;
  }
}
