import { QuotaCounts, type QuotaCount } from '../../src/kernel/quotas.js';

/** For applications that are put together without a database. */
export class MemoryQuotaCounts extends QuotaCounts {
  readonly #used = new Map<string, number>();

  override async take(count: QuotaCount, limit: number): Promise<boolean> {
    const used = this.#of(count);
    if (used >= limit) return false;
    this.#used.set(keyOf(count), used + 1);
    return true;
  }

  override async giveBack(count: QuotaCount): Promise<void> {
    this.#used.set(keyOf(count), Math.max(0, this.#of(count) - 1));
  }

  override async used(counts: readonly QuotaCount[]): Promise<number[]> {
    return counts.map((count) => this.#of(count));
  }

  override async forget(): Promise<number> {
    return 0;
  }

  #of(count: QuotaCount): number {
    return this.#used.get(keyOf(count)) ?? 0;
  }
}

function keyOf({ userId, quota, startsOn }: QuotaCount): string {
  return [userId, quota, startsOn].join(' ');
}
