import { Money, money, sumOf } from '../../../../kernel/money.js';
import type { OrderSide } from '../../orders/order.js';

/** What the broker takes. */
export interface FeeSchedule {
  /** USD. */
  readonly perShare: Money;
  /** Hundredths of a percent of what was traded, USD. */
  readonly bps: Money;
  /** USD that an order costs at least once any of it has traded. */
  readonly minimumPerOrder: Money;
  /** Hundredths of a percent of what a sale brought, beside the rest: as the regulators of the US take it. */
  readonly sellBps: Money;
}

/** What an order has traded so far, all its fills together. */
export interface Traded {
  readonly side: OrderSide;
  /** Shares. */
  readonly quantity: Money;
  /** USD, not rounded. */
  readonly notional: Money;
}

/** Fees are whole cents: each order's is rounded up, once. */
const CENT_PLACES = 2;
const BPS = 10_000;

/** The fee of an order that has traded this much, USD: the same for one fill and for a hundred. */
export function feeOf(schedule: FeeSchedule, { side, quantity, notional }: Traded): Money {
  if (quantity.isZero()) return money(0);
  const { perShare, bps, minimumPerOrder, sellBps } = schedule;
  const byVolume = perShare.times(quantity).plus(bps.times(notional).div(BPS));
  const commission = byVolume.lt(minimumPerOrder) ? minimumPerOrder : byVolume;
  const onSale = side === 'sell' ? sellBps.times(notional).div(BPS) : money(0);
  return sumOf([commission, onSale]).toDecimalPlaces(CENT_PLACES, Money.ROUND_UP);
}

/**
 * The part of an order's fee that its next fill pays: what the whole costs now, less what was charged. So the parts add
 * up to the fee of the whole, the minimum is paid once, and no cent is rounded twice. Never below zero: a schedule that
 * was lowered meanwhile gives nothing back.
 * @param charged USD that the fills before have paid
 */
export function feeOfFill(schedule: FeeSchedule, traded: Traded, charged: Money): Money {
  const due = feeOf(schedule, traded).minus(charged);
  return due.lt(0) ? money(0) : due;
}
