import { Inject, Injectable, Logger } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS } from '../../../kernel/duration.js';
import type { QuotaUsage } from '../../../kernel/quotas.js';
import type { Quota } from '../ai-chat.dto.js';
import { quotaExceeded } from '../ai-chat.errors.js';
import { AiUsageRepository } from './ai-usage.repository.js';
import { dayOf, nextDayMs } from './quota-day.js';

/** Counts of past days are of no use but to look into a complaint. */
const KEPT_DAYS = 90;

/** One question, counted on the day it was asked. */
interface TakenUnit {
  readonly userId: string;
  readonly day: string;
}

/** Questions a user may ask in a UTC day. The count is in the database: it outlives every cache. */
@Injectable()
export class QuotaService {
  readonly #logger = new Logger(QuotaService.name);
  readonly #limit: number;

  constructor(
    private readonly usage: AiUsageRepository,
    @Inject(Config) { ai }: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#limit = ai.dailyQuota;
  }

  async view(userId: string): Promise<Quota> {
    const nowMs = this.clock.nowMs();
    const used = await this.usage.used(userId, dayOf(nowMs));
    return {
      limit: this.#limit,
      used,
      // The limit may have been lowered since.
      remaining: Math.max(0, this.#limit - used),
      resetAt: new Date(nextDayMs(nowMs)).toISOString(),
    };
  }

  /** Among all quotas of the user. */
  async listed(userId: string): Promise<QuotaUsage> {
    const { limit, used, resetAt } = await this.view(userId);
    const resetsAtMs = Date.parse(resetAt);
    return { name: 'ai.questions', period: 'day', limit, used, resetsAtMs };
  }

  /**
   * Counts one question for as long as `work` does not throw: what fails costs nothing. A process that
   * dies in between leaves it counted.
   * @throws AppError `ai.quota_exceeded`, before `work` begins; and whatever `work` throws
   */
  async spend<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const nowMs = this.clock.nowMs();
    const unit = { userId, day: dayOf(nowMs) };
    if (!(await this.usage.take(userId, unit.day, this.#limit))) {
      throw quotaExceeded(this.#limit, nextDayMs(nowMs), nowMs);
    }
    try {
      return await work();
    } catch (error) {
      await this.#giveBack(unit);
      throw error;
    }
  }

  /** @returns how many counts were dropped. */
  dropOld(): Promise<number> {
    return this.usage.deleteBefore(dayOf(this.clock.nowMs() - KEPT_DAYS * DAY_MS));
  }

  /** What failed before is what the caller must hear of, not that this failed as well. */
  async #giveBack({ userId, day }: TakenUnit): Promise<void> {
    try {
      await this.usage.giveBack(userId, day);
    } catch (error) {
      this.#logger.warn({
        message: 'a question that failed stays counted',
        userId,
        day,
        err: error,
      });
    }
  }
}
