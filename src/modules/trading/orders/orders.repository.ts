import { Injectable } from '@nestjs/common';
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { WORKING_STATUSES, type OrderStatus } from './order-state.js';
import { ordersTable, type OrderRow } from './orders.table.js';

export interface OrderFilter {
  readonly status?: OrderStatus | undefined;
  readonly symbol?: string | undefined;
  /** Only orders placed before this one. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

export interface OrderChange {
  readonly status: OrderStatus;
  readonly filledQuantity?: string;
  readonly averageFillPrice?: string;
  readonly reservedCash?: string;
  readonly rejectReason?: string;
}

/** The best prices of a symbol, as text of decimals. */
export interface SymbolPrices {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
}

@Injectable()
export class OrdersRepository {
  constructor(private readonly database: Database) {}

  async insert(transaction: Sql, row: OrderRow): Promise<void> {
    await transaction.insert(ordersTable).values(row);
  }

  async findByClientOrderId(
    transaction: Sql,
    accountId: string,
    clientOrderId: string,
  ): Promise<OrderRow | undefined> {
    const [row] = await transaction
      .select()
      .from(ordersTable)
      .where(
        and(eq(ordersTable.accountId, accountId), eq(ordersTable.clientOrderId, clientOrderId)),
      );
    return row;
  }

  /** For edges that act for a user: an order of another account is not there. */
  async findOwn(connection: Sql, accountId: string, id: string): Promise<OrderRow | undefined> {
    const [row] = await connection
      .select()
      .from(ordersTable)
      .where(and(eq(ordersTable.accountId, accountId), eq(ordersTable.id, id)));
    return row;
  }

  async find(id: string): Promise<OrderRow | undefined> {
    const [row] = await this.database.sql.select().from(ordersTable).where(eq(ordersTable.id, id));
    return row;
  }

  /** Newest first. */
  async list(
    accountId: string,
    { status, symbol, beforeId, limit }: OrderFilter,
  ): Promise<OrderRow[]> {
    return this.database.sql
      .select()
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          status === undefined ? undefined : eq(ordersTable.status, status),
          symbol === undefined ? undefined : eq(ordersTable.symbol, symbol),
          beforeId === undefined ? undefined : lt(ordersTable.id, beforeId),
        ),
      )
      .orderBy(desc(ordersTable.id))
      .limit(limit);
  }

  async update(
    transaction: Sql,
    id: string,
    change: OrderChange,
    updatedAt: Date,
  ): Promise<OrderRow> {
    const [row] = await transaction
      .update(ordersTable)
      .set({ ...change, updatedAt, version: sql`${ordersTable.version} + 1` })
      .where(eq(ordersTable.id, id))
      .returning();
    if (!row) throw new Error(`order ${id} has vanished`);
    return row;
  }

  /** Shares that working sell orders hold back. */
  async reservedShares(transaction: Sql, accountId: string, symbol: string): Promise<Money> {
    const [row] = await transaction
      .select({
        reserved: sql<string>`coalesce(sum(${ordersTable.quantity} - ${ordersTable.filledQuantity}), 0)`,
      })
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          eq(ordersTable.symbol, symbol),
          eq(ordersTable.side, 'sell'),
          inArray(ordersTable.status, [...WORKING_STATUSES]),
        ),
      );
    return money(row?.reserved ?? 0);
  }

  /** Open limit orders that the prices have reached, oldest first: one query for all symbols of a tick. */
  async findReached(prices: readonly SymbolPrices[], limit: number): Promise<string[]> {
    if (prices.length === 0) return [];
    const rows = prices.map(
      ({ symbol, bid, ask }) => sql`(${symbol}, ${bid}::numeric, ${ask}::numeric)`,
    );
    const reached = await this.database.sql
      .select({ id: ordersTable.id })
      .from(ordersTable)
      .innerJoin(
        sql`(values ${sql.join(rows, sql`, `)}) as quote(symbol, bid, ask)`,
        sql`quote.symbol = ${ordersTable.symbol}`,
      )
      .where(
        and(
          eq(ordersTable.status, 'open'),
          sql`case ${ordersTable.side} when 'buy' then ${ordersTable.limitPrice} >= quote.ask else ${ordersTable.limitPrice} <= quote.bid end`,
        ),
      )
      .orderBy(ordersTable.id)
      .limit(limit);
    return reached.map(({ id }) => id);
  }

  /** Orders whose job should have run long ago: it was lost with the queue, or is on its way still. */
  async findForgotten(acceptedBefore: Date, limit: number): Promise<string[]> {
    const rows = await this.database.sql
      .select({ id: ordersTable.id })
      .from(ordersTable)
      .where(and(eq(ordersTable.status, 'accepted'), lt(ordersTable.updatedAt, acceptedBefore)))
      .orderBy(ordersTable.id)
      .limit(limit);
    return rows.map(({ id }) => id);
  }
}
