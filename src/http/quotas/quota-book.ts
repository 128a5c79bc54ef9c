import { Inject, Injectable, Logger } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { AppError } from '../../kernel/app-error.js';
import { Clock } from '../../kernel/clock.js';
import { DAY_MS, SECOND_MS } from '../../kernel/duration.js';
import { periodAt } from '../../kernel/quota-period.js';
import { QuotaCounts, type QuotaCount, type QuotaUsage } from '../../kernel/quotas.js';
import { resolveQuotas, type QuotaName, type QuotaPolicy } from './quota.policies.js';

/** Counts of past periods are of no use but to look into a complaint. */
const KEPT_DAYS = 90;

/** A quota that a module counts by itself, in its own way. */
export type OwnQuota = (userId: string) => Promise<QuotaUsage>;

/** What users have of their quotas. The counts are in the database: they outlive Redis and every process. */
@Injectable()
export class QuotaBook {
  readonly #logger = new Logger(QuotaBook.name);
  readonly #policies: readonly QuotaPolicy[];
  readonly #own: OwnQuota[] = [];

  /** @throws AppError `config.invalid`: `QUOTAS` names one that there is not. */
  constructor(
    private readonly counts: QuotaCounts,
    @Inject(Config) { quotas }: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#policies = resolveQuotas(quotas);
  }

  /** Listed with the others from now on. */
  add(quota: OwnQuota): void {
    this.#own.push(quota);
  }

  async list(userId: string): Promise<QuotaUsage[]> {
    const nowMs = this.clock.nowMs();
    const periods = this.#policies.map(({ period }) => periodAt(period, nowMs));
    const counts = this.#policies.map(({ name: quota }, i) => {
      return { userId, quota, startsOn: periods[i]?.startsOn ?? '' };
    });
    const [used, own] = await Promise.all([
      this.counts.used(counts),
      Promise.all(this.#own.map((usageOf) => usageOf(userId))),
    ]);
    const listed = this.#policies.map((policy, i) => {
      return { ...policy, used: used[i] ?? 0, resetsAtMs: periods[i]?.endsAtMs ?? nowMs };
    });
    return [...listed, ...own];
  }

  /** @returns to give it back with @throws AppError `quota.exceeded` */
  async take(userId: string, quota: QuotaName): Promise<QuotaCount> {
    const policy = this.#policies.find(({ name }) => name === quota);
    if (policy === undefined) throw new TypeError(`no quota is called ${quota}`);
    const nowMs = this.clock.nowMs();
    const { startsOn, endsAtMs } = periodAt(policy.period, nowMs);
    const count = { userId, quota, startsOn };
    if (await this.counts.take(count, policy.limit)) return count;
    throw exceeded(policy, endsAtMs, nowMs);
  }

  /** What failed before is what the caller must hear of, not that this failed as well. */
  async giveBack(count: QuotaCount): Promise<void> {
    try {
      await this.counts.giveBack(count);
    } catch (error) {
      this.#logger.warn({ message: 'what failed stays counted', ...count, err: error });
    }
  }

  /** @returns how many counts of long ago were dropped. */
  forgetOld(): Promise<number> {
    return this.counts.forget(periodAt('day', this.clock.nowMs() - KEPT_DAYS * DAY_MS).startsOn);
  }
}

function exceeded({ name, limit, period }: QuotaPolicy, endsAtMs: number, nowMs: number): AppError {
  return new AppError(
    'too_many_requests',
    'quota.exceeded',
    `You have used all ${limit} of this ${period} (UTC).`,
    {
      details: {
        quota: name,
        limit,
        period,
        resetAt: new Date(endsAtMs).toISOString(),
        retryAfterSeconds: Math.max(1, Math.ceil((endsAtMs - nowMs) / SECOND_MS)),
      },
    },
  );
}
