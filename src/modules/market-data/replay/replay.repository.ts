import { Injectable } from '@nestjs/common';
import { eq } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { marketReplaysTable } from './replay.table.js';

@Injectable()
export class ReplayRepository {
  constructor(private readonly database: Database) {}

  /**
   * When the replay of `source` began. The first process to ask decides it for all, and for every
   * restart: ms since the epoch.
   */
  async startedAtMs(source: string, proposalMs: number): Promise<number> {
    const { sql } = this.database;
    await sql
      .insert(marketReplaysTable)
      .values({ source, startedAt: new Date(proposalMs) })
      .onConflictDoNothing();
    // Two statements: the second sees what another process committed while the first waited for it.
    const [row] = await sql
      .select()
      .from(marketReplaysTable)
      .where(eq(marketReplaysTable.source, source));
    if (row === undefined)
      throw new Error('the start of a market replay vanished while it was read');
    return row.startedAt.getTime();
  }
}
