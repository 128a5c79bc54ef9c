import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { signalsTable, type SignalRow } from './signals.table.js';

/** As the index of the table has it. */
const isUndecided = sql`(${signalsTable.status} = 'approved' or (${signalsTable.status} = 'pending' and ${signalsTable.automatic}))`;

@Injectable()
export class SignalsRepository {
  constructor(private readonly database: Database) {}

  /** Until the transaction ends, no other one stores or changes a signal of the user. Taken after the locks of account and signal. */
  async lock(transaction: Sql, userId: string): Promise<void> {
    await transaction.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`signals:${userId}`}, 0))`,
    );
  }

  async countValid(connection: Sql, userId: string, at: Date): Promise<number> {
    return connection.$count(signalsTable, isValid(userId, at));
  }

  async insert(transaction: Sql, row: SignalRow): Promise<void> {
    await transaction.insert(signalsTable).values(row);
  }

  async find(id: string): Promise<SignalRow | undefined> {
    const { sql: connection } = this.database;
    const [row] = await connection.select().from(signalsTable).where(eq(signalsTable.id, id));
    return row;
  }

  /** Until the transaction ends, nobody else decides about it. */
  async lockOne(transaction: Sql, id: string): Promise<SignalRow | undefined> {
    const [row] = await transaction
      .select()
      .from(signalsTable)
      .where(eq(signalsTable.id, id))
      .for('update');
    return row;
  }

  async update(transaction: Sql, id: string, change: Partial<SignalRow>): Promise<SignalRow> {
    const [row] = await transaction
      .update(signalsTable)
      .set(change)
      .where(eq(signalsTable.id, id))
      .returning();
    if (!row) throw new Error(`signal ${id} has vanished`);
    return row;
  }

  /** Signals of the user that are to be decided, and have been so for longer than this one, the first at the front. */
  async listWaitingBefore({ id, userId, updatedAt: since }: SignalRow): Promise<string[]> {
    const { updatedAt } = signalsTable;
    const rows = await this.database.sql
      .select({ id: signalsTable.id })
      .from(signalsTable)
      .where(
        and(
          eq(signalsTable.userId, userId),
          isUndecided,
          sql`(${updatedAt}, ${signalsTable.id}) < (${since.toISOString()}::timestamptz, ${id}::uuid)`,
        ),
      )
      .orderBy(updatedAt, signalsTable.id);
    return rows.map((row) => row.id);
  }

  /** Signals that a job should have decided long ago, those that wait longest at the front. */
  async listForgotten(updatedBefore: Date, limit: number): Promise<string[]> {
    const { updatedAt } = signalsTable;
    const rows = await this.database.sql
      .select({ id: signalsTable.id })
      .from(signalsTable)
      .where(and(isUndecided, lt(updatedAt, updatedBefore)))
      .orderBy(updatedAt)
      .limit(limit);
    return rows.map(({ id }) => id);
  }

  /** Newest first. */
  async listValid(userId: string, at: Date, limit: number): Promise<SignalRow[]> {
    return this.database.sql
      .select()
      .from(signalsTable)
      .where(isValid(userId, at))
      .orderBy(desc(signalsTable.id))
      .limit(limit);
  }

  /** @returns how many. */
  async dropEndedBefore(moment: Date): Promise<number> {
    const rows = await this.database.sql
      .delete(signalsTable)
      .where(lt(signalsTable.validUntil, moment))
      .returning({ id: signalsTable.id });
    return rows.length;
  }
}

function isValid(userId: string, at: Date) {
  return and(eq(signalsTable.userId, userId), gt(signalsTable.validUntil, at));
}
