import { Injectable } from '@nestjs/common';
import { and, asc, eq, gt, inArray, lt, not, sql, type SQL } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import type { Quote } from '../../market-data/index.js';
import { positionsTable, type PositionRow } from '../execution/executions.table.js';
import { isContract } from '../options/contract-symbol.column.js';
import { WORKING_STATUSES } from '../orders/order-state.js';
import { ordersTable } from '../orders/orders.table.js';
import { INITIAL_MARGIN_SQL, MAINTENANCE_MARGIN_SQL, SLACK_SQL } from './short-margin.js';

/** As the index of the table has it. */
const IS_SHORT = and(lt(positionsTable.quantity, '0'), not(isContract(positionsTable.symbol)));
const ASK = 'quote.ask';
const VALUE = sql.raw(`(- positions.quantity * ${ASK})`);

/** Positions that are short, contracts left out: those have a rule of their own. */
@Injectable()
export class MarginRepository {
  constructor(private readonly database: Database) {}

  /**
   * Accounts with a short position that has less behind it than it must, or more than it is worth keeping: by id, each once.
   * @param quotes of one tick
   */
  async listOutOfBand(quotes: readonly Quote[], afterId: string, limit: number): Promise<string[]> {
    if (quotes.length === 0) return [];
    const values = quotes.map(({ symbol, ask }) => sql`(${symbol}::text, ${ask}::numeric)`);
    const quote = sql`(values ${sql.join(values, sql`, `)}) as quote(symbol, ask)`;
    const { accountId, symbol, collateral } = positionsTable;
    const rows = await this.database.sql
      .selectDistinct({ accountId })
      .from(positionsTable)
      .innerJoin(quote, sql`quote.symbol = ${symbol}`)
      .where(
        and(
          IS_SHORT,
          sql`${accountId} > ${afterId}::uuid`,
          sql`(${collateral} < ${behind(MAINTENANCE_MARGIN_SQL(ASK))}
            or ${collateral} > ${behind(INITIAL_MARGIN_SQL(ASK))} * ${sql.raw(SLACK_SQL)})`,
        ),
      )
      .orderBy(asc(accountId))
      .limit(limit);
    return rows.map((row) => row.accountId);
  }

  /** Of an account, by symbol. */
  async listShorts(transaction: Sql, accountId: string): Promise<PositionRow[]> {
    return transaction
      .select()
      .from(positionsTable)
      .where(and(eq(positionsTable.accountId, accountId), IS_SHORT))
      .orderBy(asc(positionsTable.symbol));
  }

  /** Whether an order works that sells what is not held. */
  async hasWorkingShortSale(transaction: Sql, accountId: string): Promise<boolean> {
    const { id, side, status, reservedCash, symbol } = ordersTable;
    const rows = await transaction
      .select({ id })
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          inArray(status, [...WORKING_STATUSES]),
          eq(side, 'sell'),
          // Of a pair that sells what is held, one leg holds nothing back.
          gt(reservedCash, '0'),
          not(isContract(symbol)),
        ),
      )
      .limit(1);
    return rows.length > 0;
  }
}

/** USD behind a position, with so much margin a share. */
function behind(margin: string): SQL {
  return sql`(${VALUE} - positions.quantity * ${sql.raw(margin)})`;
}
