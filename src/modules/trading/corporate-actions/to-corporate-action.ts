import { money } from '../../../kernel/money.js';
import type { CorporateAction } from './corporate-action.js';
import type { CorporateActionRow } from './corporate-actions.table.js';

/** @throws Error when a row lacks what its kind needs: nobody stores such a one. */
export function toCorporateAction(row: CorporateActionRow): CorporateAction {
  const { kind, symbol } = row;
  if (kind === 'split') {
    const { splitFrom: from, splitTo: to, fractions, cashInLieuPrice } = row;
    if (from !== null && to !== null && fractions !== null && cashInLieuPrice !== null) {
      return { kind, symbol, from, to, fractions, cashInLieuPrice: money(cashInLieuPrice) };
    }
  } else if (kind === 'dividend') {
    if (row.cashPerShare !== null) {
      return { kind, symbol, cashPerShare: money(row.cashPerShare) };
    }
  } else if (row.newSymbol !== null) {
    return { kind, symbol, newSymbol: row.newSymbol };
  }
  throw new Error(`corporate action ${row.id} is not whole`);
}
