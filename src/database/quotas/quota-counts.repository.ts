import { Injectable } from '@nestjs/common';
import { and, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { QuotaCounts, type QuotaCount } from '../../kernel/quotas.js';
import { Database } from '../database.js';
import { quotaUsageTable as usage } from './quota-usage.table.js';

/** The counts of quotas on PostgreSQL and PGlite. */
@Injectable()
export class DatabaseQuotaCounts extends QuotaCounts {
  constructor(private readonly database: Database) {
    super();
  }

  override async take(count: QuotaCount, limit: number): Promise<boolean> {
    const taken = await this.database.sql
      .insert(usage)
      .values({ ...count, used: 1 })
      .onConflictDoUpdate({
        target: [usage.userId, usage.quota, usage.startsOn],
        set: { used: sql`${usage.used} + 1` },
        setWhere: lt(usage.used, limit),
      })
      .returning({ used: usage.used });
    return taken.length === 1;
  }

  override async giveBack({ userId, quota, startsOn }: QuotaCount): Promise<void> {
    await this.database.sql
      .update(usage)
      .set({ used: sql`${usage.used} - 1` })
      .where(
        and(
          eq(usage.userId, userId),
          eq(usage.quota, quota),
          eq(usage.startsOn, startsOn),
          gt(usage.used, 0),
        ),
      );
  }

  override async used(counts: readonly QuotaCount[]): Promise<number[]> {
    const [first] = counts;
    if (first === undefined) return [];
    const days = [...new Set(counts.map(({ startsOn }) => startsOn))];
    const rows = await this.database.sql
      .select()
      .from(usage)
      .where(and(eq(usage.userId, first.userId), inArray(usage.startsOn, days)));
    return counts.map(
      ({ quota, startsOn }) =>
        rows.find((row) => row.quota === quota && row.startsOn === startsOn)?.used ?? 0,
    );
  }

  override async forget(before: string): Promise<number> {
    const gone = await this.database.sql
      .delete(usage)
      .where(lt(usage.startsOn, before))
      .returning({ quota: usage.quota });
    return gone.length;
  }
}
