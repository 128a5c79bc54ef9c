import { Injectable } from '@nestjs/common';
import { eq, sql } from 'drizzle-orm';
import { Database, madeOnce, type Sql } from '../../../database/index.js';
import { tradingHaltsTable, type TradingHaltRow } from './trading-halts.table.js';

/** Never from a cache: what an operator halts is halted everywhere with the commit. */
@Injectable()
export class HaltsRepository {
  readonly #halt = madeOnce<{ symbol: string }, TradingHaltRow[]>((connection) =>
    connection
      .select()
      .from(tradingHaltsTable)
      .where(eq(tradingHaltsTable.symbol, sql.placeholder('symbol')))
      .prepare('halts.find'),
  );

  constructor(private readonly database: Database) {}

  async find(connection: Sql, symbol: string): Promise<TradingHaltRow | undefined> {
    const [row] = await this.#halt(connection, { symbol });
    return row;
  }

  /** By symbol. There are at most as many as there are instruments. */
  async list(): Promise<TradingHaltRow[]> {
    return this.database.sql.select().from(tradingHaltsTable).orderBy(tradingHaltsTable.symbol);
  }

  /** One that is halted already keeps its time, and takes the reason. */
  async put(transaction: Sql, row: TradingHaltRow): Promise<TradingHaltRow> {
    const { reason, userId } = row;
    const [stored] = await transaction
      .insert(tradingHaltsTable)
      .values(row)
      .onConflictDoUpdate({ target: tradingHaltsTable.symbol, set: { reason, userId } })
      .returning();
    return stored ?? row;
  }

  /** @returns false when it was not halted. */
  async remove(transaction: Sql, symbol: string): Promise<boolean> {
    const rows = await transaction
      .delete(tradingHaltsTable)
      .where(eq(tradingHaltsTable.symbol, symbol))
      .returning({ symbol: tradingHaltsTable.symbol });
    return rows.length === 1;
  }
}
