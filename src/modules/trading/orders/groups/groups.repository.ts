import { Injectable } from '@nestjs/common';
import { and, eq, inArray } from 'drizzle-orm';
import { Database, type Sql } from '../../../../database/index.js';
import type { OrderStatus } from '../order-state.js';
import { orderTransitionsTable } from '../order-transitions.table.js';
import { ordersTable, type OrderRow } from '../orders.table.js';

/** Orders by the groups that they are in. */
@Injectable()
export class GroupsRepository {
  constructor(private readonly database: Database) {}

  /** All that ever were in the group, oldest first. */
  async list(
    accountId: string,
    groupId: string,
    connection: Sql = this.database.sql,
  ): Promise<OrderRow[]> {
    return connection
      .select()
      .from(ordersTable)
      .where(and(eq(ordersTable.accountId, accountId), eq(ordersTable.groupId, groupId)))
      .orderBy(ordersTable.id);
  }

  /** The status that each began its life with, by order. */
  async firstStatuses(
    connection: Sql,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, OrderStatus>> {
    const { orderId, toStatus, version } = orderTransitionsTable;
    const rows = await connection
      .select({ orderId, toStatus })
      .from(orderTransitionsTable)
      .where(and(inArray(orderId, [...ids]), eq(version, 1)));
    return new Map(rows.map((row) => [row.orderId, row.toStatus]));
  }

  /** What another order of its group held back passes to it: a part of its step, and none of its own. */
  async setHolding(
    transaction: Sql,
    id: string,
    holding: Pick<OrderRow, 'reservedCash' | 'reservedFees' | 'reservedQuantity'>,
  ): Promise<void> {
    await transaction.update(ordersTable).set(holding).where(eq(ordersTable.id, id));
  }
}
