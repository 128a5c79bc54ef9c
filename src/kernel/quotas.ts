import type { QuotaPeriod } from './quota-period.js';

/** How a user stands to a quota. */
export interface QuotaUsage {
  readonly name: string;
  readonly period: QuotaPeriod;
  readonly limit: number;
  readonly used: number;
  /** When the next period begins, and all of the limit is there again; ms since the epoch. */
  readonly resetsAtMs: number;
}

/** A count: of one user, quota and period. */
export interface QuotaCount {
  readonly userId: string;
  readonly quota: string;
  /** First day of the period, `YYYY-MM-DD`. */
  readonly startsOn: string;
}

/** What has been used of quotas; the database implements it, so that nothing but its loss forgets a count. */
export abstract class QuotaCounts {
  /**
   * Counts one more, in one step: however many ask at once, no count passes its limit.
   * @param limit at least 1
   * @returns false when it is reached
   */
  abstract take(count: QuotaCount, limit: number): Promise<boolean>;
  abstract giveBack(count: QuotaCount): Promise<void>;
  /** In the order that they are asked for. @param counts all of one user */
  abstract used(counts: readonly QuotaCount[]): Promise<number[]>;
  /** Forgets periods that began before that day. @returns how many counts */
  abstract forget(before: string): Promise<number>;
}
