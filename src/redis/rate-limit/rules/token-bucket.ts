import type { LimitCount, LimitRule } from './limit-rule.js';

type Bucket = Pick<LimitRule, 'limit' | 'windowUs'>;

/**
 * A bucket that holds `limit` tokens and is refilled evenly, `limit` per window. What is missing in it is counted in
 * tokens × µs of the window: whole numbers, so nothing is lost or won by rounding.
 */
export class TokenBucket implements LimitCount {
  #missing = 0;
  #windowUs = 1;
  #atUs = 0;

  remaining(bucket: Bucket, nowUs: number): number {
    const missing = Math.ceil(this.#missingAt(bucket, nowUs) / bucket.windowUs);
    return Math.max(0, bucket.limit - missing);
  }

  waitUs(bucket: Bucket, nowUs: number, cost: number): number {
    const { limit, windowUs } = bucket;
    const tooMuch = this.#missingAt(bucket, nowUs) + (cost - limit) * windowUs;
    return tooMuch <= 0 ? 0 : Math.ceil(tooMuch / limit);
  }

  resetUs(bucket: Bucket, nowUs: number): number {
    return Math.ceil(this.#missingAt(bucket, nowUs) / bucket.limit);
  }

  take(bucket: Bucket, nowUs: number, cost: number): void {
    this.#missing = this.#missingAt(bucket, nowUs) + cost * bucket.windowUs;
    this.#windowUs = bucket.windowUs;
    this.#atUs = nowUs;
  }

  #missingAt({ limit, windowUs }: Bucket, nowUs: number): number {
    const missing =
      windowUs === this.#windowUs
        ? this.#missing
        : Math.ceil((this.#missing / this.#windowUs) * windowUs);
    // The clock was set back: refilled from now on.
    this.#atUs = Math.min(this.#atUs, nowUs);
    return Math.max(0, missing - Math.min(windowUs, nowUs - this.#atUs) * limit);
  }
}
