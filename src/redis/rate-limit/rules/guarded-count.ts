import type { RateLimitAlgorithm } from '../../../kernel/rate-limiter.js';
import { FixedWindow } from './fixed-window.js';
import type { LimitCount, LimitRule } from './limit-rule.js';
import { SlidingWindow } from './sliding-window.js';
import { TokenBucket } from './token-bucket.js';

/** A count as its rule wants it, and the time that a refusal adds to it. */
export class GuardedCount implements LimitCount {
  readonly #count: LimitCount;
  #blockedUntilUs = 0;

  constructor(readonly algorithm: RateLimitAlgorithm) {
    this.#count = countBy(algorithm);
  }

  remaining(rule: LimitRule, nowUs: number): number {
    return this.#blockedUs(rule, nowUs) > 0 ? 0 : this.#count.remaining(rule, nowUs);
  }

  waitUs(rule: LimitRule, nowUs: number, cost: number): number {
    return Math.max(this.#blockedUs(rule, nowUs), this.#count.waitUs(rule, nowUs, cost));
  }

  resetUs(rule: LimitRule, nowUs: number): number {
    return Math.max(this.#blockedUs(rule, nowUs), this.#count.resetUs(rule, nowUs));
  }

  take(rule: LimitRule, nowUs: number, cost: number): void {
    this.#count.take(rule, nowUs, cost);
  }

  /** Something was refused: a block begins, unless one has. */
  refuse(rule: LimitRule, nowUs: number): void {
    if (rule.blockUs === 0 || this.#blockedUs(rule, nowUs) > 0) return;
    this.#blockedUntilUs = nowUs + rule.blockUs;
  }

  #blockedUs({ blockUs }: LimitRule, nowUs: number): number {
    // The clock was set back: no block is longer than it should be.
    this.#blockedUntilUs = Math.min(this.#blockedUntilUs, nowUs + blockUs);
    if (this.#blockedUntilUs <= nowUs) this.#blockedUntilUs = 0;
    return Math.max(0, this.#blockedUntilUs - nowUs);
  }
}

function countBy(algorithm: RateLimitAlgorithm): LimitCount {
  switch (algorithm) {
    case 'sliding-window':
      return new SlidingWindow();
    case 'token-bucket':
      return new TokenBucket();
    case 'fixed-window':
      return new FixedWindow();
  }
}
