import { money, type Money } from '../../../kernel/money.js';
import { UNITS_PER_CONTRACT, type OptionContract } from '../../market-data/index.js';
import type { TimeInForce } from '../orders/time-in-force.js';
import { badExpiry, badQuantity } from '../trading.errors.js';

/** Contracts that a quantity of units stands for, signed. */
export function contractsOf(quantity: Money): Money {
  return quantity.div(UNITS_PER_CONTRACT);
}

/**
 * One unit of an option is one share under contract, so that neither cash nor profit needs a multiplier; what is
 * ordered are whole contracts.
 * @throws AppError `trading.bad_quantity`
 */
export function assertWholeContracts(quantity: Money): void {
  if (!contractsOf(quantity).isInteger()) throw badQuantity(UNITS_PER_CONTRACT);
}

/**
 * No order for a contract works longer than the contract. One that would wait until it is cancelled, or until the close
 * of a later day, ends with it; a moment of its own must be before.
 * @param end of the order by its time in force; null: none
 * @throws AppError `trading.bad_expiry`
 */
export function endWithin(
  { expiresAtMs }: Pick<OptionContract, 'expiresAtMs'>,
  timeInForce: TimeInForce,
  end: Date | null,
): Date {
  if (end === null || end.getTime() > expiresAtMs) {
    if (timeInForce === 'gtd') throw badExpiry();
    return new Date(expiresAtMs);
  }
  return end;
}

/** USD a share that exercising gives when the underlying is at `price`; below zero it costs that much. */
export function intrinsicOf(
  { right, strike }: Pick<OptionContract, 'right' | 'strike'>,
  price: Money,
): Money {
  return right === 'call' ? price.minus(strike) : money(strike).minus(price);
}
