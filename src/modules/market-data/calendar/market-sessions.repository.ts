import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../database/index.js';
import { marketSessionsTable } from './market-sessions.table.js';
import type { SessionPhase } from './session-calendar.js';

@Injectable()
export class MarketSessionsRepository {
  /** @returns false when it is on record already. */
  async add(sql: Sql, date: string, phase: SessionPhase, toldAt: Date): Promise<boolean> {
    const rows = await sql
      .insert(marketSessionsTable)
      .values({ date, phase, toldAt })
      .onConflictDoNothing()
      .returning({ date: marketSessionsTable.date });
    return rows.length === 1;
  }
}
