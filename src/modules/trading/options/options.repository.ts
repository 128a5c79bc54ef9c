import { Injectable } from '@nestjs/common';
import { and, asc, eq, gt, inArray, ne, sql, type SQL } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { positionsTable, type PositionRow } from '../execution/executions.table.js';
import { WORKING_STATUSES } from '../orders/order-state.js';
import { ordersTable } from '../orders/orders.table.js';
import { contractDay, isContract, isContractOf } from './contract-symbol.column.js';

@Injectable()
export class OptionsRepository {
  constructor(private readonly database: Database) {}

  /** Contracts that orders work for, each once, by symbol. */
  async listWorkingSymbols(afterSymbol: string, limit: number): Promise<string[]> {
    const { symbol, status } = ordersTable;
    const rows = await this.database.sql
      .selectDistinct({ symbol })
      .from(ordersTable)
      .where(
        and(inArray(status, [...WORKING_STATUSES]), isContract(symbol), gt(symbol, afterSymbol)),
      )
      .orderBy(symbol)
      .limit(limit);
    return rows.map((row) => row.symbol);
  }

  /** Contracts with this root that the account has working orders for, each once, by symbol. */
  async listOrdered(transaction: Sql, accountId: string, root: string): Promise<string[]> {
    const { symbol, status } = ordersTable;
    const rows = await transaction
      .selectDistinct({ symbol })
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          inArray(status, [...WORKING_STATUSES]),
          isContractOf(symbol, root),
        ),
      )
      .orderBy(symbol);
    return rows.map((row) => row.symbol);
  }

  /** Accounts with open contracts whose day was `day` or before, each once, by id. @param day `2027-12-17` */
  async listAccountsToSettle(
    day: string,
    afterId: string | undefined,
    limit: number,
  ): Promise<string[]> {
    const { accountId } = positionsTable;
    const rows = await this.database.sql
      .selectDistinct({ accountId })
      .from(positionsTable)
      .where(and(isOpenUntil(day), afterId === undefined ? undefined : gt(accountId, afterId)))
      .orderBy(asc(accountId))
      .limit(limit);
    return rows.map((row) => row.accountId);
  }

  /** The account's open contracts whose day was `day` or before, by symbol. */
  async listToSettle(
    transaction: Sql,
    accountId: string,
    day: string,
    afterSymbol: string,
    limit: number,
  ): Promise<PositionRow[]> {
    const { symbol } = positionsTable;
    return transaction
      .select()
      .from(positionsTable)
      .where(
        and(eq(positionsTable.accountId, accountId), isOpenUntil(day), gt(symbol, afterSymbol)),
      )
      .orderBy(asc(symbol))
      .limit(limit);
  }
}

function isOpenUntil(day: string): SQL | undefined {
  const { symbol, quantity } = positionsTable;
  const yymmdd = day.slice(2).replaceAll('-', '');
  return and(isContract(symbol), ne(quantity, '0'), sql`${contractDay(symbol)} <= ${yymmdd}`);
}
