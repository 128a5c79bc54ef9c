import { Decimal } from 'decimal.js';

/**
 * Decimal arithmetic for money and quantities: 40 significant digits, never an exponent in text, half-even
 * rounding (the banker's rule: over many roundings the errors cancel). A clone, so that no other user of
 * decimal.js in the process changes our rounding.
 */
export const Money = Decimal.clone({
  precision: 40,
  rounding: Decimal.ROUND_HALF_EVEN,
  toExpNeg: -40,
  toExpPos: 40,
});
export type Money = Decimal;

/** Decimal places that the database's `numeric(30, 10)` columns keep. */
export const MONEY_SCALE = 10;

export function money(value: Decimal.Value): Money {
  return new Money(value);
}

/** Nothing adds up to zero. */
export function sumOf(values: readonly Decimal.Value[]): Money {
  return values.reduce<Money>((total, value) => total.plus(value), money(0));
}

/** Text for JSON and `numeric`: plain digits, at most {@link MONEY_SCALE} places, no trailing zeros. */
export function moneyText(value: Money): string {
  return value.toDecimalPlaces(MONEY_SCALE).toFixed();
}

/** Prices for the eye: at least two decimal places (`213.5` → `213.50`). */
export function priceText(value: Money): string {
  return value.decimalPlaces() < 2 ? value.toFixed(2) : moneyText(value);
}
