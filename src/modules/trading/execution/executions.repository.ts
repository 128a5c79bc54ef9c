import { Injectable } from '@nestjs/common';
import { and, asc, desc, eq, gt, inArray, lt, ne, sql } from 'drizzle-orm';
import { Database, madeOnce, type Sql } from '../../../database/index.js';
import { accountsTable } from '../accounts/accounts.table.js';
import {
  executionsTable,
  positionsTable,
  type ExecutionRow,
  type PositionRow,
} from './executions.table.js';

@Injectable()
export class ExecutionsRepository {
  readonly #position = madeOnce<{ accountId: string; symbol: string }, PositionRow[]>(
    (connection) =>
      connection
        .select()
        .from(positionsTable)
        .where(
          and(
            eq(positionsTable.accountId, sql.placeholder('accountId')),
            eq(positionsTable.symbol, sql.placeholder('symbol')),
          ),
        )
        .prepare('positions.find'),
  );

  constructor(private readonly database: Database) {}

  /** Numbered as the next entry of the account's journal will be, which must be that of the execution. */
  async insert(transaction: Sql, row: Omit<ExecutionRow, 'sequence'>): Promise<ExecutionRow> {
    const { id, ledgerSeq } = accountsTable;
    const sequence = sql`(select ${ledgerSeq} + 1 from ${accountsTable} where ${id} = ${row.accountId})`;
    const [inserted] = await transaction
      .insert(executionsTable)
      .values({ ...row, sequence })
      .returning();
    if (!inserted) throw new Error(`execution ${row.id} was not stored`);
    return inserted;
  }

  /** @param pastId where the previous page ended, in the same order */
  async list(
    connection: Sql,
    accountId: string,
    order: 'newest first' | 'oldest first',
    pastId: string | undefined,
    limit: number,
  ): Promise<ExecutionRow[]> {
    const { id } = executionsTable;
    const [past, sorted] = order === 'newest first' ? [lt, desc(id)] : [gt, asc(id)];
    return connection
      .select()
      .from(executionsTable)
      .where(
        and(
          eq(executionsTable.accountId, accountId),
          pastId === undefined ? undefined : past(id, pastId),
        ),
      )
      .orderBy(sorted)
      .limit(limit);
  }

  async findPosition(
    transaction: Sql,
    accountId: string,
    symbol: string,
  ): Promise<PositionRow | undefined> {
    const [row] = await this.#position(transaction, { accountId, symbol });
    return row;
  }

  async setCost(
    transaction: Sql,
    accountId: string,
    symbol: string,
    cost: Pick<PositionRow, 'costBasis' | 'averageCost' | 'realizedPnl'>,
  ): Promise<void> {
    await transaction
      .update(positionsTable)
      .set(cost)
      .where(and(eq(positionsTable.accountId, accountId), eq(positionsTable.symbol, symbol)));
  }

  /** Every symbol that was ever held: what is sold out still has its realised profit. */
  async listPositions(connection: Sql, accountId: string): Promise<PositionRow[]> {
    return connection
      .select()
      .from(positionsTable)
      .where(eq(positionsTable.accountId, accountId))
      .orderBy(positionsTable.symbol);
  }

  /** What is held, by symbol; `afterSymbol` is where the previous page ended. */
  async listOpenPositions(
    accountId: string,
    afterSymbol: string | undefined,
    limit: number,
  ): Promise<PositionRow[]> {
    return this.database.sql
      .select()
      .from(positionsTable)
      .where(
        and(
          eq(positionsTable.accountId, accountId),
          ne(positionsTable.quantity, '0'),
          afterSymbol === undefined ? undefined : gt(positionsTable.symbol, afterSymbol),
        ),
      )
      .orderBy(positionsTable.symbol)
      .limit(limit);
  }

  async listPositionsOfUsers(
    userIds: readonly string[],
  ): Promise<{ userId: string; position: PositionRow }[]> {
    if (userIds.length === 0) return [];
    return this.database.sql
      .select({ userId: accountsTable.userId, position: positionsTable })
      .from(accountsTable)
      .innerJoin(positionsTable, eq(positionsTable.accountId, accountsTable.id))
      .where(inArray(accountsTable.userId, [...userIds]))
      .orderBy(positionsTable.symbol);
  }
}
