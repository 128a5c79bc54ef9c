import { money, moneyText, type Money } from '../../../kernel/money.js';
import type { Instrument } from '../../market-data/index.js';
import { sharesFor } from '../execution/notional-size.js';
import type { OrderRequest, PlaceOrder } from '../trading.dto.js';
import { badOrderSize, notFractionable, notionalTooSmall } from './order-size.errors.js';
import type { BestPrices } from './order.js';

/**
 * An order with its quantity: of one by notional what that would buy or sell now, before slippage. What it trades is decided
 * by the quotes of its fills.
 * @throws AppError `trading.bad_order_size` for both of quantity and notional, or none; `trading.notional_too_small`
 */
export function sizedOrder(request: OrderRequest, prices: () => BestPrices): PlaceOrder {
  const notional = request.type === 'market' ? request.notional : undefined;
  const { quantity } = request;
  if ((notional === undefined) === (quantity === undefined)) throw badOrderSize();
  if (quantity !== undefined) return { ...request, quantity };
  const usd = money(notional ?? 0);
  const { bid, ask } = prices();
  const price = request.side === 'buy' ? ask : bid;
  const estimate = sharesFor({ usd }, price);
  if (estimate.isZero()) throw notionalTooSmall(usd, price);
  return { ...request, quantity: moneyText(estimate) };
}

/**
 * Shares of an instrument that has no parts are ordered whole, and never by notional. What splits have left of one can be
 * closed all the same, all of it at once.
 * @param held shares; below zero when short
 * @throws AppError `trading.not_fractionable`
 */
export function assertFractionable(
  { symbol, fractionable, option }: Pick<Instrument, 'symbol' | 'fractionable' | 'option'>,
  { side, quantity, notional }: Pick<PlaceOrder, 'side' | 'quantity' | 'notional'>,
  held: Money,
): void {
  if (fractionable) return;
  // Contracts have a rule of their own.
  const isWhole = notional === undefined && (option !== undefined || money(quantity).isInteger());
  if (isWhole) return;
  const closes = held.abs().eq(quantity) && (side === 'sell' ? held.gt(0) : held.lt(0));
  if (notional !== undefined || !closes) throw notFractionable(symbol);
}
