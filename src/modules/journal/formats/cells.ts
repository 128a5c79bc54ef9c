import { money, type Money } from '../../../kernel/money.js';
import type { Column } from './header.js';
import { plainText } from './plain-text.js';
import { CellError } from './trade-row.js';

/** Digits before and after the point: what any exchange writes, and what sums of it stay exact with. */
const MAX_WHOLE_DIGITS = 15;
const MAX_DECIMAL_PLACES = 20;

const CURRENCY_SIGNS: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP' };
const SPACE_AND_SIGNS = /[\s\u00a0\u202f$€£¥]/g;
const NUMBER = /^[+\-\u2212]?([1-9]\d{0,2}(?:,\d{3})+|\d*)(?:\.(\d*))?$/;
const SYMBOL = /^[\p{Lu}\p{N}][\p{Lu}\p{N} .:/_^=-]{0,31}$/u;
const CURRENCY = /^[A-Za-z]{3,5}$/;

const shown = (text: string) => `"${plainText(text, 40)}"`;

/**
 * A decimal as brokers write it: `1,259.59`, `-$694.48`, `($5.00)`. The comma is a separator of thousands
 * and nothing else: a decimal comma is refused, not guessed at.
 * @returns undefined for an empty cell
 * @throws CellError
 */
export function readDecimal(column: Column, cells: readonly string[]): Money | undefined {
  const cell = column.of(cells);
  if (cell === '') return undefined;
  const inBrackets = /^\((.+)\)$/.exec(cell.replace(SPACE_AND_SIGNS, ''));
  const text = inBrackets?.[1] ?? cell.replace(SPACE_AND_SIGNS, '');
  const match = NUMBER.exec(text);
  const [whole = '', places = ''] = [match?.[1]?.replaceAll(',', ''), match?.[2]];
  if (match === null || whole.length + places.length === 0) {
    throw new CellError(
      column.name,
      `${shown(cell)} is not a number: write it like 1,234.56, with a point before the decimals`,
    );
  }
  if (whole.length > MAX_WHOLE_DIGITS || places.length > MAX_DECIMAL_PLACES) {
    throw new CellError(column.name, `${shown(cell)} has too many digits`);
  }
  const size = money(`${whole || '0'}.${places || '0'}`);
  const isNegative = inBrackets !== null || /^[-\u2212]/.test(text);
  return isNegative ? size.negated() : size;
}

/** @throws CellError */
export function readPrice(column: Column, cells: readonly string[]): Money {
  const price = readDecimal(column, cells);
  if (price === undefined) throw new CellError(column.name, 'there is no price');
  if (price.lt(0)) throw new CellError(column.name, 'the price is below zero');
  return price;
}

/** @throws CellError unless it is above zero; of sales, also below: brokers write these as what is gone. */
export function readQuantity(
  column: Column,
  cells: readonly string[],
  side: 'buy' | 'sell',
): Money {
  const quantity = readDecimal(column, cells);
  if (quantity === undefined) throw new CellError(column.name, 'there is no quantity');
  if (quantity.isZero()) throw new CellError(column.name, 'the quantity is zero');
  if (side === 'buy' && quantity.lt(0)) {
    throw new CellError(column.name, 'the quantity of a purchase is below zero');
  }
  return quantity.abs();
}

/** Fees and commissions; brokers disagree about their sign, so that has no meaning here. @throws CellError */
export function readFee(column: Column | undefined, cells: readonly string[]): Money {
  return (column && readDecimal(column, cells)?.abs()) ?? money(0);
}

/** @throws CellError */
export function readSymbol(column: Column, cells: readonly string[]): string {
  const cell = column.of(cells);
  const symbol = cell.toUpperCase();
  if (symbol === '') throw new CellError(column.name, 'there is no symbol');
  if (!SYMBOL.test(symbol)) throw new CellError(column.name, `${shown(cell)} is not a symbol`);
  return symbol;
}

/**
 * A currency code. `usd` is `USD`; `GBp` and `ZAc`, which are a hundredth of GBP and ZAR, stay what they are.
 * @returns undefined for an empty cell
 * @throws CellError
 */
export function readCurrency(
  column: Column | undefined,
  cells: readonly string[],
): string | undefined {
  const cell = column?.of(cells) ?? '';
  if (column === undefined || cell === '') return undefined;
  if (!CURRENCY.test(cell)) throw new CellError(column.name, `${shown(cell)} is not a currency`);
  return cell === cell.toLowerCase() ? cell.toUpperCase() : cell;
}

/** The currency that a sign in an amount says: `€88.94`. */
export function currencyOfSign(amount: string): string | undefined {
  const sign = /[$€£]/.exec(amount)?.[0];
  return sign === undefined ? undefined : CURRENCY_SIGNS[sign];
}
