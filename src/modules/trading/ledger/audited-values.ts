import { money, moneyText, type Money } from '../../../kernel/money.js';
import { OPTION_ENTRY_KINDS } from '../options/settlement.js';
import type { RebuiltPosition } from './lot-audit.js';

/** What the executions of an order add up to. */
export interface Filled {
  readonly quantity: Money;
  readonly notional: Money;
  readonly fees: Money;
}

/** Kinds of entries that are trades. */
export const TRADES: readonly string[] = ['fill', ...OPTION_ENTRY_KINDS];

export const NO_POSITION: RebuiltPosition = {
  quantity: money(0),
  costBasis: money(0),
  realizedPnl: money(0),
};

export const NOT_FILLED: Filled = { quantity: money(0), notional: money(0), fees: money(0) };

/** `"10"` and `"10.0000000000"` are the same amount, rounded as the database keeps it. */
export function asText(value: Money | string | number): string {
  if (typeof value === 'string' && !/^-?[\d.]+$/.test(value)) return value;
  return moneyText(money(value));
}
