import { Injectable } from '@nestjs/common';
import { sql, type SQL } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import type { OrderVersion } from '../orders/orders.repository.js';
import type { OrderRow } from '../orders/orders.table.js';

/** When a tick is looked at. */
export interface TickMoment {
  readonly now: Date;
  /** Orders that were accepted later are on their way still; undefined: none is. */
  readonly acceptedUntil: Date | undefined;
  /** Only orders trade that do so outside of the regular session. */
  readonly inExtendedHours: boolean;
}

/** Shares that the order `o` has left to trade. */
const LEFT = sql`(o.quantity - o.filled_quantity)`;
/** Whether the `quote` is one that the order trades at: as `matchPrice` has it. */
const IS_REACHED = sql`(o.limit_price is null
  or (o.side = 'buy' and o.limit_price >= quote.ask) or (o.side = 'sell' and o.limit_price <= quote.bid))`;
/** A trailing stop that had to wait for its session, or for the end of a halt: until it has its mark it trades nothing. */
const IS_UNMARKED = sql`(o.type = 'trailing_stop' and o.stop_price is null)`;
/** Each tick fills an order once. */
const MAY_TRADE = sql`(o.last_fill_quote_as_of is null or o.last_fill_quote_as_of < quote.as_of)`;

/** When it came to the market: a leg of a group once its entry was filled. */
const ARRIVED = sql`coalesce(o.activated_at, o.created_at)`;
/** The place of an order in the book of its side, the first one least: by price (market orders first), then by time. */
const PLACE = sql`${rankOf(sql`o.side`, sql`o.limit_price`)}, ${ARRIVED}, o.id`;

/**
 * The working orders of each symbol as a book of two sides, by price and then by time, across all accounts: what a tick
 * offers is shared out by it. The orders' own rows are the book; of a tick is taken what its executions say.
 */
@Injectable()
export class TickBookRepository {
  constructor(private readonly database: Database) {}

  /**
   * The orders that wait at the front of their books: those that the size of the quotes reaches, counted from the first.
   * Without a size it reaches all. Also those that may not wait, and were on their way until now, and trailing stops that are to
   * get their mark, whoever stands before them.
   */
  async findFront(
    quotes: readonly Quote[],
    moment: Omit<TickMoment, 'now'>,
    limit: number,
  ): Promise<OrderVersion[]> {
    if (quotes.length === 0) return [];
    const front = sql`(
      with listed(${QUOTE_COLUMNS}) as (${valuesOf(quotes)}), quote as (
        select * from listed where not exists (select from trading_halts h where h.symbol = listed.symbol)), queued as (
        select o.id, o.version, ${IS_UNMARKED} as is_unmarked,
          case o.side when 'buy' then quote.ask_size else quote.bid_size end as size,
          coalesce(sum(case when ${IS_REACHED} and not ${IS_UNMARKED} then ${LEFT} else 0 end) over (
            partition by o.symbol, o.side order by ${PLACE}
            rows between unbounded preceding and 1 preceding), 0) as ahead
        from quote cross join lateral (${reached(moment, limit)}) as o)
      select id, version, ahead from queued where size is null or ahead < size or is_unmarked) as front`;
    return this.database.sql
      .select({ id: sql<string>`front.id`, version: sql<number>`front.version` })
      .from(front)
      .orderBy(sql`front.ahead`, sql`front.id`)
      .limit(limit);
  }

  /**
   * Shares of the quoted size that are for the order: what its tick has not given to others yet, less what those before it
   * may still take. Holds this side of the symbol's book until the transaction ends, so that no two take the same shares.
   *
   * The account is locked before, never after; and a transaction holds one side of one book at most: so nobody waits
   * in a circle.
   */
  async unclaimed(
    transaction: Sql,
    order: OrderRow,
    quote: Quote,
    size: Money,
    moment: TickMoment,
  ): Promise<Money> {
    const { id, symbol, side, limitPrice, activatedAt, createdAt } = order;
    const key = `trading.book:${symbol}:${side}`;
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
    const place = sql`${rankOf(sql`${side}::text`, sql`${limitPrice}::numeric`)}, ${at(activatedAt ?? createdAt)}, ${id}::uuid`;
    const [row] = await transaction
      .select({
        taken: sql<string>`(select coalesce(sum(e.quantity), 0)::text from executions e
          where e.symbol = ${symbol} and e.side = ${side} and e.quote_as_of = quote.as_of)`,
        ahead: sql<string>`(select coalesce(sum(${LEFT}), 0)::text from (${rivalsOf(order)}) as o
          where (${PLACE}) < (${place})
            and ${IS_REACHED} and ${MAY_TRADE} and ${isPresent(moment)}
            and (o.expires_at is null or o.expires_at > ${at(moment.now)})
            and not (o.time_in_force = 'fok' and ${LEFT} > ${size.toFixed()}::numeric))`,
      })
      .from(sql`(${valuesOf([quote])}) as quote(${QUOTE_COLUMNS})`);
    if (!row) throw new Error(`no answer about the book of ${symbol}`);
    const left = size.minus(row.taken).minus(row.ahead);
    return left.lt(0) ? money(0) : left;
  }
}

/** As the indices of the table have it, word by word. */
const IN_BOOK = sql.raw(
  "o.status in ('open', 'partially_filled') and (o.stop_price is null or o.triggered_at is not null) and o.works_from is null",
);
const QUOTE_COLUMNS = sql.raw('symbol, bid, ask, bid_size, ask_size, as_of');

function valuesOf(quotes: readonly Quote[]): SQL {
  const rows = quotes.map(({ symbol, bid, ask, bidSize, askSize, asOf }) => {
    const sizes = sql`${bidSize ?? null}::numeric, ${askSize ?? null}::numeric`;
    return sql`(${symbol}::text, ${bid}::numeric, ${ask}::numeric, ${sizes}, ${asOf}::timestamptz)`;
  });
  return sql`values ${sql.join(rows, sql`, `)}`;
}

function rankOf(side: SQL, limitPrice: SQL): SQL {
  const rank = sql`case ${side} when 'buy' then - ${limitPrice} else ${limitPrice} end`;
  return sql`coalesce(${rank}, '-Infinity'::numeric)`;
}

/**
 * The orders in the books of `quote` that its prices reach, the first `limit` of each kind: in one direction of an index,
 * however many stand behind them. One branch for each; with an "or" no index would be used.
 */
function reached(moment: Omit<TickMoment, 'now'>, limit: number): SQL {
  const branch = (reach: SQL, place: SQL) => sql`
    (select o.* from orders o
    where o.symbol = quote.symbol and ${IN_BOOK} and ${reach} and ${MAY_TRADE} and ${isPresent(moment)}
    order by ${place} limit ${limit})`;
  const byTime = sql`o.created_at, o.id`;
  const branches = [
    branch(sql`o.side = 'buy' and o.limit_price is null`, byTime),
    branch(sql`o.side = 'sell' and o.limit_price is null`, byTime),
    branch(sql`o.side = 'buy' and o.limit_price >= quote.ask`, sql`o.limit_price desc, ${byTime}`),
    branch(sql`o.side = 'sell' and o.limit_price <= quote.bid`, sql`o.limit_price, ${byTime}`),
  ];
  // What may not wait, and was on its way, ends when it arrives, reached or not.
  if (moment.acceptedUntil) {
    branches.push(branch(sql`o.time_in_force in ('ioc', 'fok') and not ${IS_REACHED}`, byTime));
  }
  return sql.join(branches, sql` union all `);
}

/** The orders on its side of its book, those included that have just been accepted. An auction has a book of its own. */
function rivalsOf({ symbol, side, worksFrom }: OrderRow): SQL {
  const ofBook = sql`o.symbol = ${symbol} and o.side = ${side}`;
  if (worksFrom !== null) {
    return sql`select o.* from orders o
      where o.status in ('accepted', 'open') and o.works_from = ${at(worksFrom)} and ${ofBook}`;
  }
  return sql`select o.* from orders o where ${IN_BOOK} and not ${IS_UNMARKED} and ${ofBook}
    union all
    select o.* from orders o
    where o.status = 'accepted' and o.stop_price is null and o.type <> 'trailing_stop'
      and o.works_from is null and ${ofBook}`;
}

/** Whether the order is where it can trade: it has arrived, and it is the hour for it. */
function isPresent({ acceptedUntil, inExtendedHours }: Omit<TickMoment, 'now'>): SQL {
  const hasArrived =
    acceptedUntil === undefined ? sql`true` : sql`${ARRIVED} <= ${at(acceptedUntil)}`;
  return inExtendedHours ? sql`(${hasArrived} and o.extended_hours)` : hasArrived;
}

function at(time: Date): SQL {
  return sql`${time.toISOString()}::timestamptz`;
}
