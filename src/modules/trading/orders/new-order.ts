import { newId } from '../../../kernel/ids.js';
import { money, moneyText } from '../../../kernel/money.js';
import type { Holding } from '../ledger/postings.js';
import type { OrderRequest, PlaceOrder } from '../trading.dto.js';
import { sameLots } from './named-lots.js';
import { hasPrices, NOT_TRIGGERED, pricesOf, type TriggerState } from './order-prices.js';
import type { GroupRole, OrderClass } from './groups/order-class.js';
import type { OrderRow } from './orders.table.js';
import type { WorkingTime } from './time-in-force.js';

/** The place of an order in a group. */
export interface GroupPlace {
  readonly orderClass: OrderClass;
  /** Undefined for the first order of a group, which gives it its id. */
  readonly groupId?: string;
  readonly role: GroupRole;
  /** A leg that waits for its entry. */
  readonly isHeld: boolean;
}

/** What an order is beside what its sender asked for. */
export interface OrderCircumstances {
  readonly accountId: string;
  /** By the request that makes it; undefined where none does. */
  readonly asked?: string;
  readonly replaces: string | null;
  readonly time: WorkingTime;
  readonly holding: Holding;
  /** Of the order whose place it takes. */
  readonly trigger?: TriggerState;
  readonly group?: GroupPlace;
  readonly at: Date;
}

/** The order as it is stored when it is accepted. */
export function newOrder(
  request: PlaceOrder,
  {
    accountId,
    asked,
    replaces,
    time,
    holding,
    trigger = NOT_TRIGGERED,
    group,
    at,
  }: OrderCircumstances,
): OrderRow {
  const id = newId();
  return {
    id,
    accountId,
    clientOrderId: request.client_order_id ?? id,
    asked: asked ?? null,
    symbol: request.symbol,
    side: request.side,
    type: request.type,
    quantity: request.quantity,
    notional: request.notional ?? null,
    placedQuantity: request.notional === undefined ? null : request.quantity,
    ...pricesOf(request),
    waterMark: trigger.waterMark,
    touchedAt: trigger.touchedAt,
    triggeredAt: trigger.triggeredAt,
    timeInForce: request.timeInForce,
    extendedHours: request.extendedHours ?? false,
    worksFrom: time.worksFrom,
    expiresAt: time.expiresAt,
    replaces,
    orderClass: group?.orderClass ?? 'simple',
    groupId: group ? (group.groupId ?? id) : null,
    groupRole: group?.role ?? null,
    activatedAt: null,
    status: group?.isHeld ? 'held' : 'accepted',
    filledQuantity: '0',
    filledNotional: '0',
    averageFillPrice: null,
    reservedCash: moneyText(holding.cash),
    reservedFees: moneyText(holding.fees ?? money(0)),
    fees: '0',
    reservedQuantity: moneyText(holding.shares),
    collateralSymbol: holding.symbol ?? null,
    lastFillQuoteAsOf: null,
    namedLots: request.lots ?? null,
    rejectReason: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

/** Whether a request asks for just this order, of one from before requests were stored. */
export function isSameOrder(row: OrderRow, request: OrderRequest): boolean {
  // The end of a day order follows from when it was placed.
  const sameEnd =
    request.timeInForce !== 'gtd' ||
    row.expiresAt?.getTime() === Date.parse(request.expiresAt ?? '');
  return (
    row.symbol === request.symbol &&
    row.side === request.side &&
    row.type === request.type &&
    row.timeInForce === request.timeInForce &&
    row.extendedHours === (request.extendedHours ?? false) &&
    isSameSize(row, request) &&
    sameLots(row.namedLots ?? [], request.lots ?? []) &&
    hasPrices(row, pricesOf(request)) &&
    sameEnd
  );
}

/** By what the order was placed with: what a leg has left to trade becomes less. */
function isSameSize(
  { quantity, placedQuantity, notional }: OrderRow,
  request: OrderRequest,
): boolean {
  const asked = request.type === 'market' ? request.notional : undefined;
  if (notional !== null || asked !== undefined) {
    return (
      request.quantity === undefined &&
      notional !== null &&
      asked !== undefined &&
      money(notional).eq(asked)
    );
  }
  return request.quantity !== undefined && money(placedQuantity ?? quantity).eq(request.quantity);
}
