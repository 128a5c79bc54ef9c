import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, inArray, lt, lte, notInArray, sql, type SQL } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { executionsTable, type ExecutionRow } from '../execution/executions.table.js';
import { UNFINISHED_STATUSES, WORKING_STATUSES, type OrderStatus } from './order-state.js';
import {
  insertOrder,
  insertOrderTransition,
  openQuantities,
  orderByClientOrderId,
  workingCount,
  type OpenOrder,
} from './order-statements.repository.js';
import { orderTransitionsTable, type OrderTransitionRow } from './order-transitions.table.js';
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
  readonly quantity?: string;
  readonly placedQuantity?: string;
  readonly activatedAt?: Date;
  readonly expiresAt?: Date | null;
  readonly filledQuantity?: string;
  readonly filledNotional?: string;
  readonly lastFillQuoteAsOf?: Date;
  readonly averageFillPrice?: string;
  readonly reservedCash?: string;
  readonly reservedFees?: string;
  readonly fees?: string;
  readonly reservedQuantity?: string;
  readonly rejectReason?: string;
  readonly waterMark?: string;
  readonly stopPrice?: string;
  readonly touchedAt?: Date;
  readonly triggeredAt?: Date;
}

export interface RecordedTransition {
  readonly transition: OrderTransitionRow;
  readonly execution: ExecutionRow | null;
}

/** An order as it was found: with another version, it has taken a step since. */
export interface OrderVersion {
  readonly id: string;
  readonly version: number;
}

export const orderVersion = { id: ordersTable.id, version: ordersTable.version };
const isWorkingRow = inArray(ordersTable.status, [...WORKING_STATUSES]);
const isUnfinishedRow = inArray(ordersTable.status, [...UNFINISHED_STATUSES]);

@Injectable()
export class OrdersRepository {
  readonly insert = insertOrder;
  readonly insertTransition = insertOrderTransition;
  constructor(private readonly database: Database) {}

  async findByClientOrderId(
    transaction: Sql,
    accountId: string,
    clientOrderId: string,
  ): Promise<OrderRow | undefined> {
    const [row] = await orderByClientOrderId(transaction, { accountId, clientOrderId });
    return row;
  }

  /** Oldest first. */
  async listByClientOrderIds(
    transaction: Sql,
    accountId: string,
    clientOrderIds: readonly string[],
  ): Promise<OrderRow[]> {
    if (clientOrderIds.length === 0) return [];
    return transaction
      .select()
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          inArray(ordersTable.clientOrderId, [...clientOrderIds]),
        ),
      )
      .orderBy(ordersTable.id);
  }

  /** For edges that act for a user: an order of another account is not there. */
  async findOwn(connection: Sql, accountId: string, id: string): Promise<OrderRow | undefined> {
    const [row] = await connection
      .select()
      .from(ordersTable)
      .where(and(eq(ordersTable.accountId, accountId), eq(ordersTable.id, id)));
    return row;
  }

  /** {@link findOwn} of now, outside of a transaction. */
  readOwn(accountId: string, id: string): Promise<OrderRow | undefined> {
    return this.findOwn(this.database.sql, accountId, id);
  }

  /** {@link findByClientOrderId} of now, outside of a transaction. */
  readByClientOrderId(accountId: string, clientOrderId: string): Promise<OrderRow | undefined> {
    return this.findByClientOrderId(this.database.sql, accountId, clientOrderId);
  }

  async find(id: string): Promise<OrderRow | undefined> {
    const [row] = await this.database.sql.select().from(ordersTable).where(eq(ordersTable.id, id));
    return row;
  }

  /** Newest first. */
  async list(
    accountId: string,
    { status, symbol, beforeId, limit }: OrderFilter,
    connection: Sql = this.database.sql,
  ): Promise<OrderRow[]> {
    return connection
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

  /** Oldest first. */
  async listAfter(
    connection: Sql,
    accountId: string,
    afterId: string | undefined,
    limit: number,
  ): Promise<OrderRow[]> {
    return connection
      .select()
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          afterId === undefined ? undefined : gt(ordersTable.id, afterId),
        ),
      )
      .orderBy(ordersTable.id)
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

  /** The latest first, with the fills that they are. */
  async listTransitions(
    orderId: string,
    beforeVersion: number | undefined,
    limit: number,
  ): Promise<RecordedTransition[]> {
    const { version } = orderTransitionsTable;
    return this.database.sql
      .select({ transition: orderTransitionsTable, execution: executionsTable })
      .from(orderTransitionsTable)
      .leftJoin(executionsTable, eq(executionsTable.id, orderTransitionsTable.executionId))
      .where(
        and(
          eq(orderTransitionsTable.orderId, orderId),
          beforeVersion === undefined ? undefined : lt(version, beforeVersion),
        ),
      )
      .orderBy(desc(version))
      .limit(limit);
  }

  /** The orders of a group count as one. */
  async countWorking(transaction: Sql, accountId: string): Promise<number> {
    const [row] = await workingCount(transaction, { accountId });
    return row?.orders ?? 0;
  }

  /** {@link listWorking} of a symbol, as far as its position depends on it: for each order that is placed. */
  listOpenQuantities(transaction: Sql, accountId: string, symbol: string): Promise<OpenOrder[]> {
    return openQuantities(transaction, { accountId, symbol });
  }

  /**
   * The first of the account's orders that nobody has tried yet, of those that were accepted before this one: by the time
   * that gives them their place in the book.
   * @param except orders to pass over
   */
  async findUntriedBefore(
    transaction: Sql,
    { accountId, createdAt, id }: OrderRow,
    except: readonly string[],
  ): Promise<OrderRow | undefined> {
    const place = sql`(${ordersTable.createdAt}, ${ordersTable.id})`;
    const [row] = await transaction
      .select()
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          eq(ordersTable.status, 'accepted'),
          sql`${place} < (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`,
          except.length === 0 ? undefined : notInArray(ordersTable.id, [...except]),
        ),
      )
      .orderBy(ordersTable.createdAt, ordersTable.id)
      .limit(1);
    return row;
  }

  /**
   * All of the account, of one symbol or of any, oldest first. There are never many: `TRADING_MAX_WORKING_ORDERS`, or
   * groups of three in place of each.
   */
  listWorking(
    transaction: Sql,
    accountId: string,
    symbol: string | undefined,
  ): Promise<OrderRow[]> {
    return this.#listOwn(transaction, accountId, symbol, isWorkingRow);
  }

  /** {@link listWorking}, and the legs that are held until their entry is filled. */
  listUnfinished(
    transaction: Sql,
    accountId: string,
    symbol: string | undefined,
  ): Promise<OrderRow[]> {
    return this.#listOwn(transaction, accountId, symbol, isUnfinishedRow);
  }

  #listOwn(
    transaction: Sql,
    accountId: string,
    symbol: string | undefined,
    isListed: SQL,
  ): Promise<OrderRow[]> {
    return transaction
      .select()
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          isListed,
          symbol === undefined ? undefined : eq(ordersTable.symbol, symbol),
        ),
      )
      .orderBy(ordersTable.id);
  }

  /** Orders whose time in force is over, those that ended first at the front. */
  async findExpired(now: Date, limit: number): Promise<OrderVersion[]> {
    return this.database.sql
      .select(orderVersion)
      .from(ordersTable)
      .where(and(isWorkingRow, lte(ordersTable.expiresAt, now)))
      .orderBy(ordersTable.expiresAt)
      .limit(limit);
  }

  /** Orders whose job should have run long ago: it was lost with the queue, or is on its way still. */
  async findForgotten(acceptedBefore: Date, limit: number): Promise<OrderVersion[]> {
    return this.database.sql
      .select(orderVersion)
      .from(ordersTable)
      .where(and(eq(ordersTable.status, 'accepted'), lt(ordersTable.updatedAt, acceptedBefore)))
      .orderBy(ordersTable.id)
      .limit(limit);
  }
}
