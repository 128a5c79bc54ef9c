import { Injectable } from '@nestjs/common';
import { and, eq, gt, lt, sql } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { aiUsageTable } from './ai-usage.table.js';

@Injectable()
export class AiUsageRepository {
  constructor(private readonly database: Database) {}

  async used(userId: string, day: string): Promise<number> {
    const [row] = await this.database.sql
      .select({ used: aiUsageTable.used })
      .from(aiUsageTable)
      .where(and(eq(aiUsageTable.userId, userId), eq(aiUsageTable.day, day)));
    return row?.used ?? 0;
  }

  /**
   * Counts one more, in one statement: however many ask at once, the count never passes `limit`.
   * @param limit at least 1
   * @returns false when it is reached
   */
  async take(userId: string, day: string, limit: number): Promise<boolean> {
    const taken = await this.database.sql
      .insert(aiUsageTable)
      .values({ userId, day, used: 1 })
      .onConflictDoUpdate({
        target: [aiUsageTable.userId, aiUsageTable.day],
        set: { used: sql`${aiUsageTable.used} + 1` },
        setWhere: lt(aiUsageTable.used, limit),
      })
      .returning({ used: aiUsageTable.used });
    return taken.length === 1;
  }

  async giveBack(userId: string, day: string): Promise<void> {
    await this.database.sql
      .update(aiUsageTable)
      .set({ used: sql`${aiUsageTable.used} - 1` })
      .where(
        and(eq(aiUsageTable.userId, userId), eq(aiUsageTable.day, day), gt(aiUsageTable.used, 0)),
      );
  }

  /** @returns how many rows. */
  async deleteBefore(day: string): Promise<number> {
    const deleted = await this.database.sql
      .delete(aiUsageTable)
      .where(lt(aiUsageTable.day, day))
      .returning({ day: aiUsageTable.day });
    return deleted.length;
  }
}
