import { Injectable } from '@nestjs/common';
import { and, desc, eq, lt } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { accountStatementsTable as statements, type StatementRow } from './statements.table.js';

@Injectable()
export class StatementsRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when the account has one of this session already; it stays as it is. */
  async insert(row: StatementRow): Promise<boolean> {
    const inserted = await this.database.sql
      .insert(statements)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: statements.id });
    return inserted.length === 1;
  }

  /** The last one before the session of `date`. */
  async findBefore(accountId: string, date: string): Promise<StatementRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(statements)
      .where(and(eq(statements.accountId, accountId), lt(statements.date, date)))
      .orderBy(desc(statements.date))
      .limit(1);
    return row;
  }

  /** Latest first. */
  list(accountId: string, beforeId: string | undefined, limit: number): Promise<StatementRow[]> {
    return this.database.sql
      .select()
      .from(statements)
      .where(
        and(
          eq(statements.accountId, accountId),
          beforeId === undefined ? undefined : lt(statements.id, beforeId),
        ),
      )
      .orderBy(desc(statements.id))
      .limit(limit);
  }
}
