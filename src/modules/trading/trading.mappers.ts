import { money, moneyText, priceText } from '../../kernel/money.js';
import type { ExecutionRow, PositionRow } from './execution/executions.table.js';
import type { OrderTerms } from './orders/order.js';
import type { OrderRow } from './orders/orders.table.js';
import { NO_POSITION, type Position } from './execution/position.js';
import type { Order, Trade } from './trading.dto.js';

const decimalText = (column: string) => moneyText(money(column));
export const priceOrNull = (column: string | null) =>
  column === null ? null : priceText(money(column));

export function toOrder(row: OrderRow): Order {
  return {
    id: row.id,
    client_order_id: row.clientOrderId,
    symbol: row.symbol,
    side: row.side,
    type: row.type,
    quantity: decimalText(row.quantity),
    limitPrice: priceOrNull(row.limitPrice),
    status: row.status,
    filledQuantity: decimalText(row.filledQuantity),
    averageFillPrice: priceOrNull(row.averageFillPrice),
    rejectReason: row.rejectReason,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** The order as its placement answered, whatever has become of it since. */
export function toFirstAnswer(row: OrderRow): Order {
  return {
    ...toOrder(row),
    status: 'accepted',
    filledQuantity: '0',
    averageFillPrice: null,
    rejectReason: null,
    version: 1,
    updatedAt: row.createdAt.toISOString(),
  };
}

export function toTrade(row: ExecutionRow): Trade {
  return {
    id: row.id,
    orderId: row.orderId,
    symbol: row.symbol,
    side: row.side,
    quantity: decimalText(row.quantity),
    price: priceText(money(row.price)),
    quoteAsOf: row.quoteAsOf.toISOString(),
    quoteSource: row.quoteSource,
    executedAt: row.executedAt.toISOString(),
  };
}

export function toTerms(row: OrderRow): OrderTerms {
  return {
    side: row.side,
    type: row.type,
    quantity: money(row.quantity),
    limitPrice: row.limitPrice === null ? undefined : money(row.limitPrice),
  };
}

export function toPosition(row: PositionRow | undefined): Position {
  if (!row) return NO_POSITION;
  return {
    quantity: money(row.quantity),
    averageCost: money(row.averageCost),
    realizedPnl: money(row.realizedPnl),
  };
}
