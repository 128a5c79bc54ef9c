import { Injectable } from '@nestjs/common';
import { and, desc, eq, getTableColumns, gte, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import type { TradePlace } from './trade-cursor.js';
import { journalTradesTable, type JournalTradeRow } from './trades.table.js';

export interface TradeFilter {
  readonly symbol?: string | undefined;
  /** The first moment, and the first one after. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Where the previous page ended. */
  readonly before?: TradePlace | undefined;
  readonly limit: number;
}

@Injectable()
export class TradesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Leaves out what the user's journal has already. The rows travel as one value: thousands of parameters
   * would take longer to bind than the rows to store.
   * @returns how many were new.
   */
  async insertNew(connection: Sql, rows: readonly JournalTradeRow[]): Promise<number> {
    if (rows.length === 0) return 0;
    const columns = Object.values(getTableColumns(journalTradesTable));
    const types = columns.map(
      (column) => sql`${sql.identifier(column.name)} ${sql.raw(column.getSQLType())}`,
    );
    const records = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [columnName(key), value])),
    );
    const inserted = await connection
      .insert(journalTradesTable)
      .select(
        sql`select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as trade(${sql.join(types, sql`, `)})`,
      )
      .onConflictDoNothing({
        target: [journalTradesTable.userId, journalTradesTable.fingerprint],
      })
      .returning({ id: journalTradesTable.id });
    return inserted.length;
  }

  /** A single one, outside of any transaction. */
  async add(row: JournalTradeRow): Promise<boolean> {
    return (await this.insertNew(this.database.sql, [row])) === 1;
  }

  /** @returns how many. */
  async removeOfImport(transaction: Sql, importId: string): Promise<number> {
    const removed = await transaction
      .delete(journalTradesTable)
      .where(eq(journalTradesTable.importId, importId))
      .returning({ id: journalTradesTable.id });
    return removed.length;
  }

  /** Latest first. */
  async list(
    userId: string,
    { symbol, from, to, before, limit }: TradeFilter,
  ): Promise<JournalTradeRow[]> {
    const { executedAt, id } = journalTradesTable;
    return this.database.sql
      .select()
      .from(journalTradesTable)
      .where(
        and(
          eq(journalTradesTable.userId, userId),
          symbol === undefined ? undefined : eq(journalTradesTable.symbol, symbol),
          from && gte(executedAt, from),
          to && lt(executedAt, to),
          before &&
            sql`(${executedAt}, ${id}) < (${before.executedAt.toISOString()}::timestamptz, ${before.id}::uuid)`,
        ),
      )
      .orderBy(desc(executedAt), desc(id))
      .limit(limit);
  }

  /**
   * Every trade of the user: symbol by symbol, currency by currency, in the order of time; of the same
   * moment (many brokers tell the day alone) purchases first.
   */
  async listInOrder(
    userId: string,
    after: JournalTradeRow | undefined,
    limit: number,
  ): Promise<JournalTradeRow[]> {
    const { symbol, currency, executedAt, side, id } = journalTradesTable;
    return this.database.sql
      .select()
      .from(journalTradesTable)
      .where(
        and(
          eq(journalTradesTable.userId, userId),
          after &&
            sql`(${symbol}, ${currency}, ${executedAt}, ${side}, ${id}) > (${after.symbol}, ${after.currency}, ${after.executedAt.toISOString()}::timestamptz, ${after.side}, ${after.id}::uuid)`,
        ),
      )
      .orderBy(symbol, currency, executedAt, side, id)
      .limit(limit);
  }
}

function columnName(key: string): string {
  const columns: Readonly<Record<string, { readonly name: string }>> =
    getTableColumns(journalTradesTable);
  return columns[key]?.name ?? key;
}
