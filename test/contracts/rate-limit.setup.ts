import type { RateLimiter } from '../../src/kernel/rate-limiter.js';
import { RedisRateLimiter } from '../../src/redis/rate-limit/redis.rate-limiter.js';
import type { RedisInstance } from '../support/redis-instance.js';

/** A busy machine is not an outage. */
const PATIENT_MS = 5_000;

/** The server's time, which a test can set ahead or back; in whole µs. */
export class LimiterClock {
  #aheadUs = 0;

  readonly nowUs = (): number => Date.now() * 1_000 + this.#aheadUs;

  pass(ms: number): void {
    this.#aheadUs += ms * 1_000;
  }
}

/** One that stands still between two steps of a test. */
export class SteppedClock {
  #nowUs = 1_700_000_000_000_000;

  readonly nowUs = (): number => this.#nowUs;

  step(us: number): void {
    this.#nowUs += us;
  }
}

/** Far above any TTL: what has more of it has kept the one that it was given here. */
const KEPT_MS = 10_000_000;
/** A TTL is read some time after it was set. */
const LAG_MS = 50;

/** Keys end in Redis's own time: here they do so in that of a {@link SteppedClock}. */
export class Lifetimes {
  readonly #instance: RedisInstance;
  readonly #clock: SteppedClock;
  readonly #endsAtUs = new Map<string, number>();

  constructor(instance: RedisInstance, clock: SteppedClock) {
    this.#instance = instance;
    this.#clock = clock;
  }

  /** Before a call. */
  async pass(key: string): Promise<void> {
    const { command } = this.#instance.connections;
    const endsAtUs = this.#endsAtUs.get(key) ?? Infinity;
    if (endsAtUs <= this.#clock.nowUs()) await command.del(key);
    else await command.pexpire(key, KEPT_MS);
  }

  /** After a call. */
  async note(key: string): Promise<void> {
    const ms = await this.#instance.connections.command.pttl(key);
    if (ms < 0) this.#endsAtUs.delete(key);
    else if (ms < KEPT_MS / 2) this.#endsAtUs.set(key, this.#clock.nowUs() + (ms + LAG_MS) * 1_000);
  }
}

export function openLimiter(
  { connections, keys }: RedisInstance,
  nowUs?: () => number,
  callTimeoutMs: number = PATIENT_MS,
): Promise<RedisRateLimiter> {
  const clocks = nowUs && { nowUs, localNowUs: nowUs };
  return new RedisRateLimiter(connections, keys, { callTimeoutMs, ...clocks }).start();
}

/** Where a limiter counts that is asked many times and must not have changed over to its own count. */
export function expectShared(...limiters: readonly RateLimiter[]): void {
  for (const limiter of limiters) {
    expect(limiter.status()).toMatchObject({ mode: 'shared', errors: 0, losses: 0 });
  }
}
