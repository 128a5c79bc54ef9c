import { Injectable } from '@nestjs/common';
import { eq } from 'drizzle-orm';
import type { Sql } from '../../../database/index.js';
import { autoTradingTable, type AutoTradingRow } from './auto-trading.table.js';

@Injectable()
export class AutoTradingRepository {
  async find(connection: Sql, userId: string): Promise<AutoTradingRow | undefined> {
    const [row] = await connection
      .select()
      .from(autoTradingTable)
      .where(eq(autoTradingTable.userId, userId));
    return row;
  }

  async put(connection: Sql, row: AutoTradingRow): Promise<void> {
    const { userId: _userId, ...set } = row;
    await connection
      .insert(autoTradingTable)
      .values(row)
      .onConflictDoUpdate({ target: autoTradingTable.userId, set });
  }
}
