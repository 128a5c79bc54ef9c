import { Injectable } from '@nestjs/common';
import { and, gt, inArray, sql } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { WORKING_STATUSES } from '../orders/order-state.js';
import { ordersTable } from '../orders/orders.table.js';

/** Symbols of contracts are longer than those of any listed instrument. */
const LONGEST_LISTED = 12;

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
        and(
          inArray(status, [...WORKING_STATUSES]),
          sql`length(${symbol}) > ${LONGEST_LISTED}`,
          gt(symbol, afterSymbol),
        ),
      )
      .orderBy(symbol)
      .limit(limit);
    return rows.map((row) => row.symbol);
  }
}
