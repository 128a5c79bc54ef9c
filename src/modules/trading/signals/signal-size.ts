import { money, Money } from '../../../kernel/money.js';
import { signalWithoutSize } from '../trading.errors.js';

/** The places that the quantity of an order has. */
const QUANTITY_SCALE = 6;
const { ROUND_DOWN } = Money;

/**
 * Shares that a signal suggests: as it says, or as many as its USD pay for at this price, rounded down.
 * @throws AppError `trading.signal_without_size` (unprocessable), also where the USD do not pay for the smallest order
 */
export function sharesOf(
  { quantity, notional }: { readonly quantity: string | null; readonly notional: string | null },
  price: Money,
): Money {
  if (quantity !== null) return money(quantity);
  const shares =
    notional === null
      ? money(0)
      : money(notional).div(price).toDecimalPlaces(QUANTITY_SCALE, ROUND_DOWN);
  if (shares.isZero()) throw signalWithoutSize();
  return shares;
}
