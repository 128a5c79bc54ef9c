import { money, sumOf, type Money } from '../../../kernel/money.js';
import { contractRoot, parseOccSymbol } from '../../market-data/index.js';
import type { ShareBalance } from '../ledger/balances.js';
import { collateralOf, writtenOf } from './collateral.js';

/**
 * What must be held back for all that is written, by the positions alone.
 * @param balances of every symbol that the account ever had
 * @returns USD, and shares by symbol
 */
export function collateralBehind(balances: ReadonlyMap<string, ShareBalance>): {
  readonly cash: Money;
  readonly shares: ReadonlyMap<string, Money>;
} {
  let cash = money(0);
  const shares = new Map<string, Money>();
  for (const [symbol, { quantity }] of balances) {
    const contract = parseOccSymbol(symbol);
    if (!contract || quantity.gte(0)) continue;
    // Of a covered call the underlying is there, or the cover is missing under the root's own name.
    const underlying =
      [...balances.keys()].find(
        (one) => contractRoot(one) === contract.root && !parseOccSymbol(one),
      ) ?? contract.root;
    const behind = collateralOf({ ...contract, underlying }, writtenOf(quantity));
    cash = cash.plus(behind.cash);
    if (behind.symbol === undefined) continue;
    shares.set(behind.symbol, sumOf([shares.get(behind.symbol) ?? 0, behind.shares]));
  }
  return { cash, shares };
}
