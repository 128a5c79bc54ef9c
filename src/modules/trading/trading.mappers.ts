import { Money, money, moneyText, priceText } from '../../kernel/money.js';
import type { AccountRow } from './accounts/accounts.table.js';
import type { ExecutionRow, PositionRow } from './execution/executions.table.js';
import type { WorkingOrder } from './execution/execution-step.js';
import type { HoldingOrder } from './execution/fill-cover.js';
import type { Lot } from './execution/lots.js';
import type { Budget } from './execution/notional-size.js';
import type { PositionLotRow } from './execution/lots.table.js';
import type { LedgerPostingRow } from './ledger/ledger.table.js';
import type { Holding, Posting } from './ledger/postings.js';
import type { PledgedPosition } from './margin/fill-collateral.js';
import type { OrderTerms } from './orders/order.js';
import type { OrderStatus } from './orders/order-state.js';
import type { OrderRow } from './orders/orders.table.js';
import type { Fill, Position } from './execution/position.js';
import type { RecordedTransition } from './orders/orders.repository.js';
import type { Account, Order, OrderTransition, Trade } from './trading.dto.js';

const decimalText = (column: string) => moneyText(money(column));
export const priceOrNull = (column: string | null) =>
  column === null ? null : priceText(money(column));

/** An amount that need not be there. */
export const amountOrNull = (column: string | null | undefined) =>
  column === null || column === undefined ? null : decimalText(column);

export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    currency: row.currency,
    startingCash: decimalText(row.startingCash),
    contributed: decimalText(row.contributed),
    cash: decimalText(row.cash),
    reservedCash: decimalText(row.reservedCash),
    feesPaid: decimalText(row.feesPaid),
    availableCash: moneyText(availableCash(row)),
    collateral: decimalText(row.collateral),
    lotMethod: row.lotMethod,
    shortSelling: row.shortSelling,
    createdAt: row.createdAt.toISOString(),
  };
}

/** Cash that neither orders nor what was written or sold short hold back, USD. */
export function availableCash({ cash, reservedCash, collateral }: AccountRow): Money {
  return money(cash).minus(reservedCash).minus(collateral);
}

export function toOrder(row: OrderRow): Order {
  return {
    id: row.id,
    client_order_id: row.clientOrderId,
    symbol: row.symbol,
    side: row.side,
    type: row.type,
    quantity: decimalText(row.quantity),
    notional: amountOrNull(row.notional),
    limitPrice: priceOrNull(row.limitPrice),
    stopPrice: priceOrNull(row.stopPrice),
    trailAmount: priceOrNull(row.trailAmount),
    trailPercent: row.trailPercent === null ? null : decimalText(row.trailPercent),
    waterMark: priceOrNull(row.waterMark),
    triggeredAt: row.triggeredAt?.toISOString() ?? null,
    timeInForce: row.timeInForce,
    extendedHours: row.extendedHours,
    worksFrom: row.worksFrom?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    replaces: row.replaces,
    orderClass: row.orderClass,
    groupId: row.groupId,
    groupRole: row.groupRole,
    status: row.status,
    filledQuantity: decimalText(row.filledQuantity),
    averageFillPrice: priceOrNull(row.averageFillPrice),
    fees: decimalText(row.fees),
    lots: row.namedLots ? [...row.namedLots] : null,
    rejectReason: row.rejectReason,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    legs: null,
  };
}

/** The order as its placement answered, whatever has become of it since. @param status that its life began with */
export function toFirstAnswer(row: OrderRow, status: OrderStatus = 'accepted'): Order {
  return {
    ...toOrder(row),
    quantity: decimalText(row.placedQuantity ?? row.quantity),
    // How long a leg works is known once it begins to.
    ...(status === 'held' && { expiresAt: null }),
    // Of a trailing stop it has moved since, and begins when the order waits.
    ...(row.type === 'trailing_stop' && { stopPrice: null, waterMark: null }),
    triggeredAt: null,
    status,
    filledQuantity: '0',
    averageFillPrice: null,
    fees: '0',
    rejectReason: null,
    version: 1,
    updatedAt: row.createdAt.toISOString(),
  };
}

/** An order, told with the one that it is a leg of. */
export function toLeg({ legs: _legs, ...order }: Order): NonNullable<Order['legs']>[number] {
  return order;
}

export function toTransition({ transition: row, execution }: RecordedTransition): OrderTransition {
  const { version, fromStatus: from, toStatus: to, reason, bid, ask, last, quoteAsOf } = row;
  const quote =
    bid === null || ask === null || quoteAsOf === null
      ? null
      : {
          bid: priceText(money(bid)),
          ask: priceText(money(ask)),
          last: priceOrNull(last),
          asOf: quoteAsOf.toISOString(),
        };
  const filledQuantity = decimalText(row.filledQuantity);
  const trade = execution && toTrade(execution);
  return { version, from, to, reason, filledQuantity, quote, trade, at: row.at.toISOString() };
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
    fee: decimalText(row.fee),
    rule: row.rule,
    sequence: row.sequence,
    slippage: decimalText(row.slippage),
    quote: toTradeQuote(row),
    executedAt: row.executedAt.toISOString(),
  };
}

function toTradeQuote({ bid, ask, bidSize, askSize }: ExecutionRow): Trade['quote'] {
  if (bid === null || ask === null) return null;
  return {
    bid: priceText(money(bid)),
    ask: priceText(money(ask)),
    bidSize: bidSize === null ? null : decimalText(bidSize),
    askSize: askSize === null ? null : decimalText(askSize),
  };
}

/** What it holds back, and how much of it is left to trade. */
export function toHoldingOrder(row: OrderRow): HoldingOrder {
  const left = money(row.quantity).minus(row.filledQuantity);
  const isByNotional = row.notional !== null;
  return { ...toHolding(row), fees: money(row.reservedFees), left, isByNotional };
}

export function toHolding({ reservedCash, reservedQuantity, collateralSymbol }: OrderRow): Holding {
  const held = { cash: money(reservedCash), shares: money(reservedQuantity) };
  return collateralSymbol === null ? held : { ...held, symbol: collateralSymbol };
}

export function toFill(row: ExecutionRow): Fill {
  return { side: row.side, quantity: money(row.quantity), price: money(row.price) };
}

export function toLot({ id, quantity, cost }: PositionLotRow): Lot {
  return { id, quantity: money(quantity), cost: money(cost) };
}

export function toPosting({ book, symbol, amount }: LedgerPostingRow): Posting {
  return { book, symbol, amount: money(amount) };
}

export function toTerms(row: OrderRow): OrderTerms {
  return {
    side: row.side,
    // A stop is asked only once it has triggered.
    type: row.limitPrice === null ? 'market' : 'limit',
    quantity: money(row.quantity),
    limitPrice: row.limitPrice === null ? undefined : money(row.limitPrice),
  };
}

/** What an order by notional has left: a buy what it holds back, beside its fee. */
function toBudget(row: OrderRow): Budget | undefined {
  if (row.notional === null) return undefined;
  return row.side === 'buy'
    ? { usd: money(row.reservedCash).minus(row.reservedFees) }
    : {
        usd: Money.max(0, money(row.notional).minus(row.filledNotional)),
        shares: money(row.reservedQuantity),
      };
}

/** What its sender called it; what nobody has named goes by symbol and side: ids are others each time. */
export function toDrawKey({ id, clientOrderId, symbol, side }: OrderRow): string {
  // With a colon no client can choose one.
  const isNamed = clientOrderId !== id && !clientOrderId.includes(':');
  return isNamed ? clientOrderId : `${symbol} ${side}`;
}

export function toWorkingOrder(row: OrderRow): WorkingOrder {
  const budget = toBudget(row);
  return {
    id: row.id,
    drawKey: toDrawKey(row),
    acceptedAt: row.activatedAt ?? row.createdAt,
    terms: toTerms(row),
    timeInForce: row.timeInForce,
    filledQuantity: money(row.filledQuantity),
    ...(budget && { budget }),
    lastFillQuoteAsOf: row.lastFillQuoteAsOf,
  };
}

/** Of a position that there never was: nothing. */
export function toPledgedPosition(row: PositionRow | undefined): PledgedPosition {
  return { quantity: money(row?.quantity ?? 0), collateral: money(row?.collateral ?? 0) };
}

export function toPosition(row: PositionRow): Position {
  return { quantity: money(row.quantity), costBasis: money(row.costBasis) };
}
