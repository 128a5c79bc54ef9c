import { money, type Money } from '../../../../kernel/money.js';
import { isContractSymbol } from '../../../market-data/index.js';
import type { OrderRequest, PlaceOrder } from '../../trading.dto.js';
import { badExtendedHours, badTimeInForce } from '../../trading.errors.js';
import type { OrderSide } from '../order.js';
import { pricesOf, type OrderPrices } from '../order-prices.js';
import { remainderOf } from '../time-in-force.js';
import { badOrderClass, badStopLoss, badTakeProfit } from './group.errors.js';
import { headRoleOf, type GroupRole, type OrderClass } from './order-class.js';

/** A leg of a group, as an order of its own. */
export interface LegRequest {
  readonly role: GroupRole;
  readonly request: PlaceOrder;
}

/** What is asked of the prices of a group, USD a share. */
export interface GroupPrices {
  /** Of its legs. */
  readonly side: OrderSide;
  /** What the entry trades at about; undefined where there is none, or none any more. */
  readonly entry: Money | undefined;
  readonly takeProfit: OrderPrices | undefined;
  readonly stopLoss: OrderPrices | undefined;
}

/**
 * A group is of shares: it buys and then sells what it has bought, or sells short and then buys that back; or it closes what is
 * held, or owed. All that stays away from the
 * market is of orders that wait: Alpaca takes `day` and `gtc` (docs.alpaca.markets/docs/orders-at-alpaca, "Bracket Orders").
 * @throws AppError `trading.bad_order_class`, `trading.bad_time_in_force`, `trading.bad_extended_hours`
 */
export function assertGroup(request: OrderRequest): void {
  const { orderClass = 'simple', takeProfit, stopLoss, symbol } = request;
  const legs = [takeProfit, stopLoss].filter((leg) => leg !== undefined);
  if (legs.length !== LEGS[orderClass].count) throw badOrderClass(LEGS[orderClass].message);
  if (orderClass === 'simple') return;
  if (request.quantity === undefined) throw badOrderClass('What has legs is ordered by quantity.');
  if (isContractSymbol(symbol)) throw badOrderClass('Options are ordered without legs.');
  if (request.lots !== undefined) throw badOrderClass('An order that names lots has no legs.');
  if (request.extendedHours) throw badExtendedHours();
  if (remainderOf(request.timeInForce) === 'is cancelled') {
    throw badTimeInForce('The orders of a group wait: timeInForce is gtc, gtd or day.');
  }
  if (orderClass !== 'oco') return;
  if (request.type !== 'limit') {
    throw badOrderClass('An oco is an order of the type limit: for shares that are held, or owed.');
  }
  if (takeProfit && !money(takeProfit.limitPrice).eq(request.limitPrice)) {
    throw badOrderClass(
      'The limitPrice of an oco is that of its takeProfit: one of them is enough.',
    );
  }
}

const LEGS: Readonly<Record<OrderClass, { readonly count: number; readonly message: string }>> = {
  simple: { count: 0, message: 'takeProfit and stopLoss go with orderClass bracket, oco or oto.' },
  bracket: { count: 2, message: 'A bracket has takeProfit and stopLoss.' },
  oco: { count: 2, message: 'An oco has takeProfit and stopLoss.' },
  oto: { count: 1, message: 'An oto has either takeProfit or stopLoss.' },
};

/** What the legs of an order do: they close what its entry opens, or what there is. */
export function legSideOf({
  side,
  orderClass,
}: Pick<OrderRequest, 'side' | 'orderClass'>): OrderSide {
  if (orderClass === 'oco') return side;
  return side === 'buy' ? 'sell' : 'buy';
}

/**
 * The legs of a group, the one that its sender placed left out: of an OCO the take-profit. Those that wait for an entry are
 * to protect what it has bought however long that was ago: they are `gtc`, or `day` as the entry is.
 */
export function legsOf(request: PlaceOrder): LegRequest[] {
  const { orderClass = 'simple', takeProfit, stopLoss, symbol, quantity, timeInForce } = request;
  const waits = timeInForce === 'gtd' && orderClass !== 'oco' ? 'gtc' : timeInForce;
  const side = legSideOf(request);
  const closing = { symbol, side, quantity, timeInForce: waits } as const;
  const legs: LegRequest[] = [];
  if (takeProfit)
    legs.push({ role: 'take_profit', request: { ...closing, type: 'limit', ...takeProfit } });
  if (stopLoss) {
    const { stopPrice, limitPrice, ...trail } = stopLoss;
    legs.push({
      role: 'stop_loss',
      request:
        stopPrice === undefined
          ? { ...closing, type: 'trailing_stop', ...trail }
          : limitPrice === undefined
            ? { ...closing, type: 'stop', stopPrice }
            : { ...closing, type: 'stop_limit', stopPrice, limitPrice },
    });
  }
  return legs.filter(({ role }) => role !== headRoleOf(orderClass));
}

/** What an entry trades at about, USD a share: its limit, or the stop that it waits for, or what is traded at now. */
export function entryPriceOf(prices: OrderPrices, last: Money): Money {
  return money(prices.limitPrice ?? prices.stopPrice ?? last);
}

/**
 * Of legs that sell a take-profit above the entry and a stop below it, of legs that buy the other way round: else one of them would
 * trade at once, or at a loss what was meant to be a profit.
 * @throws AppError `trading.bad_take_profit`, `trading.bad_stop_loss`
 */
export function assertGroupPrices({ side, entry, takeProfit, stopLoss }: GroupPrices): void {
  /** Whether a price is no better for the account than another one, or is beyond it. */
  const isWorse = (one: Money, other: Money) => (side === 'sell' ? one.lt(other) : one.gt(other));
  const isNoBetter = (one: Money, other: Money) => one.eq(other) || isWorse(one, other);
  const [over, under] =
    side === 'sell' ? (['above', 'below'] as const) : (['below', 'above'] as const);
  const stop = priceOrUndefined(stopLoss?.stopPrice);
  const profit = priceOrUndefined(takeProfit?.limitPrice);
  const least = entry ?? stop;
  if (profit && least && isNoBetter(profit, least)) throw badTakeProfit(profit, least, over);
  const stopLimit = priceOrUndefined(stopLoss?.limitPrice);
  if (stop && stopLimit && isWorse(stop, stopLimit)) {
    const text = `The limit of a stop loss lies at its stop or ${under}.`;
    throw badStopLoss(text, stopLimit, stop, under);
  }
  if (entry === undefined) return;
  if (stop && isNoBetter(entry, stop)) {
    const text = `The stop of a stop loss lies ${under} the price of the entry.`;
    throw badStopLoss(text, stop, entry, under);
  }
  const trail = priceOrUndefined(stopLoss?.trailAmount);
  if (trail?.gte(entry)) {
    const text = 'A stop loss trails by less than the price of the entry.';
    throw badStopLoss(text, trail, entry, 'below');
  }
}

/** The prices of an order that is asked for, as a leg of one. */
export function legPricesOf(request: PlaceOrder, role: GroupRole): OrderPrices | undefined {
  const leg = legsOf(request).find((each) => each.role === role);
  if (leg) return pricesOf(leg.request);
  return request.orderClass === 'oco' && role === 'take_profit' ? pricesOf(request) : undefined;
}

function priceOrUndefined(price: string | null | undefined): Money | undefined {
  return price === null || price === undefined ? undefined : money(price);
}
