import { and, eq, sql } from 'drizzle-orm';
import { insertMadeOnce, madeOnce } from '../../../database/index.js';
import { WORKING_STATUSES } from './order-state.js';
import { orderTransitionsTable } from './order-transitions.table.js';
import { ordersTable, type OrderRow } from './orders.table.js';

// What each order that is placed asks of the database, and writes to it.

/** With its values in the text: a plan for any values can then use the index of working orders. */
const IS_WORKING = sql`${ordersTable.status} in ${sql.raw(`('${WORKING_STATUSES.join("', '")}')`)}`;
const openOrder = {
  id: ordersTable.id,
  groupId: ordersTable.groupId,
  groupRole: ordersTable.groupRole,
  side: ordersTable.side,
  limitPrice: ordersTable.limitPrice,
  quantity: ordersTable.quantity,
  filledQuantity: ordersTable.filledQuantity,
};
/** A working order, as far as it can change a position. */
export type OpenOrder = Pick<OrderRow, keyof typeof openOrder>;

export const insertOrder = insertMadeOnce(ordersTable, 'orders.insert');
export const insertOrderTransition = insertMadeOnce(
  orderTransitionsTable,
  'orders.insert-transition',
);

/** At most one: the pair is unique. */
export const orderByClientOrderId = madeOnce<
  { accountId: string; clientOrderId: string },
  OrderRow[]
>((connection) =>
  connection
    .select()
    .from(ordersTable)
    .where(
      and(
        eq(ordersTable.accountId, sql.placeholder('accountId')),
        eq(ordersTable.clientOrderId, sql.placeholder('clientOrderId')),
      ),
    )
    .prepare('orders.by-client-order-id'),
);

/** Of the working orders of a symbol, oldest first. */
export const openQuantities = madeOnce<{ accountId: string; symbol: string }, OpenOrder[]>(
  (connection) =>
    connection
      .select(openOrder)
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, sql.placeholder('accountId')),
          eq(ordersTable.symbol, sql.placeholder('symbol')),
          IS_WORKING,
        ),
      )
      .orderBy(ordersTable.id)
      .prepare('orders.open-quantities'),
);

/** The orders of a group count as one. */
export const workingCount = madeOnce<{ accountId: string }, { orders: number }[]>((connection) =>
  connection
    .select({
      orders: sql<number>`count(distinct coalesce(${ordersTable.groupId}, ${ordersTable.id}))::int`,
    })
    .from(ordersTable)
    .where(and(eq(ordersTable.accountId, sql.placeholder('accountId')), IS_WORKING))
    .prepare('orders.count-working'),
);
