import type { Config } from '../../../../config/config.js';
import { money, type Money } from '../../../../kernel/money.js';
import type { AccountLimitsRow } from './account-limits.table.js';

/** What an account may ask for at once. */
export interface RiskLimits {
  /** Shares of one order. */
  readonly maxOrderQuantity: Money;
  /** USD of one order. */
  readonly maxOrderNotional: Money;
  /** USD of one symbol, held and ordered together, long or short. */
  readonly maxPositionNotional: Money;
  /** How far a limit may lie through the other side of the market, per cent of it. */
  readonly priceCollarPercent: Money;
}

/** The limits of an account: its own where it has some, else those of everybody. */
export function limitsOf(
  settings: Config['trading']['risk'],
  own: Partial<Pick<AccountLimitsRow, keyof RiskLimits>> = {},
): RiskLimits {
  const of = (limit: keyof RiskLimits): Money => money(own[limit] ?? settings[limit]);
  return {
    maxOrderQuantity: of('maxOrderQuantity'),
    maxOrderNotional: of('maxOrderNotional'),
    maxPositionNotional: of('maxPositionNotional'),
    priceCollarPercent: of('priceCollarPercent'),
  };
}
