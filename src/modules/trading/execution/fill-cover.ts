import { money, Money, moneyText } from '../../../kernel/money.js';
import type { Holding } from '../ledger/postings.js';
import type { Fill } from './position.js';

/** What an order holds back, and how much of it is left to trade. */
export interface HoldingOrder extends Holding {
  /** USD, the part of `cash` that is for fees. */
  readonly fees: Money;
  /** Shares. */
  readonly left: Money;
  /** Its cash is for just so much, whatever shares that makes. */
  readonly isByNotional?: boolean;
}

/** A fill and what it costs beside its price, USD. */
export interface PaidFill extends Fill {
  readonly fee: Money;
}

/**
 * What the order held back for just this fill: of a purchase its share of the cash, and its fee out of what was held
 * back for fees, so that a minimum that the first fill pays is not missing there. With the last fill goes all that is left.
 */
export function heldFor(
  { cash, shares, fees, left, isByNotional = false }: HoldingOrder,
  { side, quantity, price, fee }: PaidFill,
): Required<Omit<Holding, 'symbol'>> {
  if (quantity.eq(left)) return { cash, shares, fees };
  const shareOf = (whole: Money) => money(moneyText(whole.times(quantity).div(left)));
  const paid = Money.min(fee, fees);
  const spent =
    isByNotional && side === 'buy'
      ? money(moneyText(quantity.times(price)))
      : shareOf(cash.minus(fees));
  return { cash: spent.plus(paid), shares: shareOf(shares), fees: paid };
}

/**
 * From what was held back for it, and what else is free. A sale may cost more than it brings; what one that writes puts
 * holds back is not for that. What takes nothing needs nothing: so a debit becomes less.
 * @param collateral USD that it puts behind a short position; below zero it frees them
 */
export function canPay(
  { side, quantity, price, fee }: PaidFill,
  released: Holding,
  free: Money,
  collateral: Money = money(0),
): boolean {
  // Rounded as it will be posted.
  const notional = money(moneyText(quantity.times(price)));
  const cost = side === 'buy' ? fee.plus(notional) : fee.minus(notional);
  const isHeldFor = side === 'buy' || collateral.gt(0);
  const means = isHeldFor ? free.plus(released.cash) : free;
  return cost.plus(collateral).lte(Money.max(0, means));
}
