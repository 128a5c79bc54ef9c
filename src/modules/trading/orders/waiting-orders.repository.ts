import { Injectable } from '@nestjs/common';
import { and, eq, inArray, isNotNull, isNull, lte, sql, type SQL } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { orderVersion, type OrderVersion } from './orders.repository.js';
import { ordersTable, type OrderRow } from './orders.table.js';

/** The best prices of a symbol, as text of decimals. */
export interface SymbolPrices {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
  readonly last: string;
  /** ISO 8601, UTC. */
  readonly asOf: string;
}

/** A trailing stop whose mark the last trade has left in its favour. */
export interface TrailedOrder {
  readonly id: string;
  readonly side: OrderRow['side'];
  readonly trailAmount: string | null;
  readonly trailPercent: string | null;
  readonly last: string;
}

/** A stop that the last trade of its symbol has reached. */
export interface TouchedStop {
  readonly id: string;
  readonly symbol: string;
}

export interface MovedMark {
  readonly id: string;
  readonly waterMark: string;
  readonly stopPrice: string;
}

// As the indices of the table have them, word by word.
const WAITS_FOR_STOP = sql.raw(
  "o.status in ('accepted', 'open') and o.stop_price is not null and o.touched_at is null",
);
const HAS_MARK = sql.raw(
  "o.status in ('accepted', 'open') and o.water_mark is not null and o.touched_at is null",
);

/** `symbol, bid, ask, last, as_of` */
function valuesOf(prices: readonly SymbolPrices[]): SQL {
  const rows = prices.map(
    ({ symbol, bid, ask, last, asOf }) =>
      sql`(${symbol}, ${bid}::numeric, ${ask}::numeric, ${last}::numeric, ${asOf}::timestamptz)`,
  );
  return sql`values ${sql.join(rows, sql`, `)}`;
}

/** What a tick asks of the orders that wait, and writes to them: for all symbols at once, by indices alone. */
@Injectable()
export class WaitingOrdersRepository {
  constructor(private readonly database: Database) {}

  /** Stops that a tick has reached, and that have not triggered yet, oldest first. */
  async findTouched(limit: number): Promise<OrderVersion[]> {
    return this.database.sql
      .select(orderVersion)
      .from(ordersTable)
      .where(
        and(
          inArray(ordersTable.status, ['accepted', 'open']),
          isNotNull(ordersTable.touchedAt),
          isNull(ordersTable.triggeredAt),
        ),
      )
      .orderBy(ordersTable.id)
      .limit(limit);
  }

  /** Orders whose auction has come, oldest first. */
  async findAuctioned(now: Date, limit: number): Promise<OrderVersion[]> {
    return this.database.sql
      .select(orderVersion)
      .from(ordersTable)
      .where(
        and(inArray(ordersTable.status, ['accepted', 'open']), lte(ordersTable.worksFrom, now)),
      )
      .orderBy(ordersTable.worksFrom)
      .limit(limit);
  }

  /** Stops that wait, and that the last trades have reached. */
  async findStopsReached(
    prices: readonly SymbolPrices[],
    afterId: string | undefined,
    limit: number,
  ): Promise<TouchedStop[]> {
    if (prices.length === 0) return [];
    const reached = sql`(
      with quote(symbol, bid, ask, last, as_of) as (${valuesOf(prices)})
      select o.id, quote.symbol from quote join orders o on o.symbol = quote.symbol
      where ${WAITS_FOR_STOP} and o.side = 'buy' and o.stop_price <= quote.last
      union all
      select o.id, quote.symbol from quote join orders o on o.symbol = quote.symbol
      where ${WAITS_FOR_STOP} and o.side = 'sell' and o.stop_price >= quote.last)`;
    return this.database.sql
      .select({ id: sql<string>`reached.id`, symbol: sql<string>`reached.symbol` })
      .from(sql`${reached} as reached`)
      .where(afterId === undefined ? undefined : sql`reached.id > ${afterId}::uuid`)
      .orderBy(sql`reached.id`)
      .limit(limit);
  }

  /**
   * Writes down which tick has reached stops. Who holds the order of one is not waited for here, with others locked:
   * that could end in a deadlock.
   * @returns those that are written
   */
  async touchStops(ids: readonly string[], quoteAsOf: Date): Promise<string[]> {
    const free = sql`(select o.id from orders o
      where ${WAITS_FOR_STOP} and ${inArray(sql`o.id`, [...ids])} for update of o skip locked)`;
    const rows = await this.database.sql
      .update(ordersTable)
      .set({ touchedAt: quoteAsOf })
      .where(inArray(ordersTable.id, free))
      .returning({ id: ordersTable.id });
    return rows.map(({ id }) => id);
  }

  /** {@link touchStops} of one, which waits until its order is free. */
  async touchStop(id: string, quoteAsOf: Date): Promise<void> {
    await this.database.sql
      .update(ordersTable)
      .set({ touchedAt: quoteAsOf })
      .where(
        and(
          eq(ordersTable.id, id),
          inArray(ordersTable.status, ['accepted', 'open']),
          isNull(ordersTable.touchedAt),
        ),
      );
  }

  /** Trailing stops whose mark the last trades have left in their favour, from an id on. */
  async findTrailed(
    prices: readonly SymbolPrices[],
    afterId: string | undefined,
    limit: number,
  ): Promise<TrailedOrder[]> {
    if (prices.length === 0) return [];
    const columns = sql.raw('o.id, o.side, o.trail_amount, o.trail_percent, quote.last');
    const trailed = sql`(
      with quote(symbol, bid, ask, last, as_of) as (${valuesOf(prices)})
      select ${columns} from quote join orders o on o.symbol = quote.symbol
      where ${HAS_MARK} and o.side = 'sell' and o.water_mark < quote.last
      union all
      select ${columns} from quote join orders o on o.symbol = quote.symbol
      where ${HAS_MARK} and o.side = 'buy' and o.water_mark > quote.last)`;
    return this.database.sql
      .select({
        id: sql<string>`trailed.id`,
        side: sql<OrderRow['side']>`trailed.side`,
        trailAmount: sql<string | null>`trailed.trail_amount::text`,
        trailPercent: sql<string | null>`trailed.trail_percent::text`,
        last: sql<string>`trailed.last::text`,
      })
      .from(sql`${trailed} as trailed`)
      .where(afterId === undefined ? undefined : sql`trailed.id > ${afterId}::uuid`)
      .orderBy(sql`trailed.id`)
      .limit(limit);
  }

  /**
   * Marks move one way only, whoever is late. An order that somebody works on right now is left for the next tick:
   * nobody who holds an account waits for this.
   */
  async moveMarks(moved: readonly MovedMark[]): Promise<void> {
    if (moved.length === 0) return;
    const rows = moved.map(
      ({ id, waterMark, stopPrice }) =>
        sql`(${id}::uuid, ${waterMark}::numeric, ${stopPrice}::numeric)`,
    );
    await this.database.sql.execute(sql`
      with moved(id, water_mark, stop_price) as (values ${sql.join(rows, sql`, `)}),
      free as (
        select o.id from orders o join moved on moved.id = o.id
        where ${HAS_MARK}
          and case when o.side = 'sell' then o.water_mark < moved.water_mark else o.water_mark > moved.water_mark end
        for update of o skip locked)
      update orders set water_mark = moved.water_mark, stop_price = moved.stop_price
      from moved join free on free.id = moved.id where orders.id = moved.id`);
  }
}
