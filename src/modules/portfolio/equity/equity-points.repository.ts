import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, gte, lte, sql } from 'drizzle-orm';

import { Database } from '../../../database/index.js';
import { SLOT_MS } from '../timeframe.js';
import { equityPointsTable, type EquityPointRow } from './equity-points.table.js';

@Injectable()
export class EquityPointsRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when the account has a point of this slot already; it stays as it is. */
  async insert(row: EquityPointRow): Promise<boolean> {
    const inserted = await this.database.sql
      .insert(equityPointsTable)
      .values(row)
      .onConflictDoNothing()
      .returning({ slotAt: equityPointsTable.slotAt });
    return inserted.length === 1;
  }

  /** The last point that was valued at or before `at`. */
  async findLast(accountId: string, at: Date): Promise<EquityPointRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(equityPointsTable)
      .where(
        and(
          eq(equityPointsTable.accountId, accountId),
          lte(equityPointsTable.slotAt, at),
          lte(equityPointsTable.asOf, at),
        ),
      )
      .orderBy(desc(equityPointsTable.slotAt))
      .limit(1);
    return row;
  }

  /**
   * Of the points valued after `from`, the last one of each stretch of `stepMs` (on its multiples since
   * 1970); oldest first.
   */
  async listSampled(accountId: string, from: Date, stepMs: number): Promise<EquityPointRow[]> {
    const { slotAt, asOf } = equityPointsTable;
    const stretch = sql`floor(extract(epoch from ${slotAt}) * 1000 / ${sql.raw(String(stepMs))})`;
    // A point is valued within its slot: no earlier slot holds one. The index is by slot.
    const firstSlot = new Date(from.getTime() - SLOT_MS);
    return this.database.sql
      .selectDistinctOn([stretch])
      .from(equityPointsTable)
      .where(
        and(eq(equityPointsTable.accountId, accountId), gte(slotAt, firstSlot), gt(asOf, from)),
      )
      .orderBy(stretch, desc(slotAt));
  }
}
