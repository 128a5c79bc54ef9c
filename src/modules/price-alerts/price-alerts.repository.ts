import { Injectable } from '@nestjs/common';
import { and, count, desc, eq, getTableColumns, isNull, lt, sql, type SQL } from 'drizzle-orm';
import { Database, type Sql } from '../../database/index.js';
import type { LastTrade } from './judged-trades.js';
import { priceAlertsTable as alerts, type PriceAlertRow } from './price-alerts.table.js';

@Injectable()
export class PriceAlertsRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when the user has `limit` armed ones already, however many are made at the same time. */
  async insert(row: PriceAlertRow, limit: number): Promise<boolean> {
    return this.database.transaction(async ({ sql: transaction }) => {
      const key = `price_alerts:${row.userId}`;
      await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
      const [armed] = await transaction
        .select({ count: count() })
        .from(alerts)
        .where(and(eq(alerts.userId, row.userId), isNull(alerts.firedAt)));
      if ((armed?.count ?? 0) >= limit) return false;
      await transaction.insert(alerts).values(row);
      return true;
    });
  }

  /** Newest first. */
  async list(
    userId: string,
    { beforeId, limit }: { readonly beforeId?: string | undefined; readonly limit: number },
  ): Promise<PriceAlertRow[]> {
    return this.database.sql
      .select()
      .from(alerts)
      .where(
        and(
          eq(alerts.userId, userId),
          beforeId === undefined ? undefined : lt(alerts.id, beforeId),
        ),
      )
      .orderBy(desc(alerts.id))
      .limit(limit);
  }

  async remove(userId: string, id: string): Promise<boolean> {
    const removed = await this.database.sql
      .delete(alerts)
      .where(and(eq(alerts.id, id), eq(alerts.userId, userId)))
      .returning({ id: alerts.id });
    return removed.length > 0;
  }

  /**
   * Fires armed alerts that these trades have reached, at most `limit`. Of two that do so at once each alert is one's: what
   * the other holds is left to it, and what it has fired before is armed no more.
   * @returns those that it has fired
   */
  async fire(
    transaction: Sql,
    trades: readonly LastTrade[],
    firedAt: Date,
    limit: number,
  ): Promise<PriceAlertRow[]> {
    if (trades.length === 0) return [];
    // Materialised: a plan that asked twice would hold more than the limit.
    const taken = sql`(
      with trade(symbol, last) as (${valuesOf(trades)}), reached as (
        select a.id, trade.last from trade cross join lateral (${reachedBy(limit)}) as a limit ${limit}),
      taken as materialized (
        select armed.id, reached.last from ${alerts} as armed join reached on reached.id = armed.id
        where armed.fired_at is null
        for update of armed skip locked)
      select * from taken) as taken`;
    return transaction
      .update(alerts)
      .set({ firedAt, firedPrice: sql`taken.last` })
      .from(taken)
      .where(and(eq(alerts.id, sql`taken.id`), isNull(alerts.firedAt)))
      .returning(getTableColumns(alerts));
  }
}

function valuesOf(trades: readonly LastTrade[]): SQL {
  const rows = trades.map(({ symbol, last }) => sql`(${symbol}::text, ${last}::numeric)`);
  return sql`values ${sql.join(rows, sql`, `)}`;
}

/** Those of the symbol of `trade`: one branch for each direction; with an "or" no index would be used. */
function reachedBy(limit: number): SQL {
  const branch = (reached: SQL, order: SQL) => sql`
    (select b.id from ${alerts} as b
    where b.symbol = trade.symbol and b.fired_at is null and ${reached}
    order by ${order} limit ${limit})`;
  return sql.join(
    [
      branch(sql`b.direction = 'above' and b.price <= trade.last`, sql`b.price`),
      branch(sql`b.direction = 'below' and b.price >= trade.last`, sql`b.price desc`),
    ],
    sql` union all `,
  );
}
