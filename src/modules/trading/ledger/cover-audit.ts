import { Money, money } from '../../../kernel/money.js';
import { isContractSymbol } from '../../market-data/index.js';
import type { ShortAudit } from '../margin/short-audit.js';
import { collateralBehind } from '../options/collateral-audit.js';
import type { Balances } from './balances.js';
import type { LedgerEntry } from './ledger.repository.js';

type Expect = (what: string, kept: Money, derived: Money) => void;
type ExpectNotNegative = (what: string, amount: Money) => void;

/** Holds each entry against what was there for it: nothing was spent, sold or held back that was not. */
export class CoverAudit {
  /** USD, what may be free at the least: 0, or the debit that there is. */
  #least = money(0);

  /** @param balances of the account, kept up to date by who adds entries */
  constructor(
    private readonly balances: Balances,
    private readonly shorts: ShortAudit,
    private readonly expect: Expect,
    private readonly expectNotNegative: ExpectNotNegative,
  ) {}

  /** In the order of their numbers, after it was added to the balances. */
  takeEntry(entry: LedgerEntry, moved: Balances): void {
    const { seq } = entry;
    const { availableCash, reservedCash } = this.balances;
    if (availableCash.lt(this.#least)) this.#expectDebit(entry);
    // What stood behind a written contract is free just for the entry of its end.
    const isForNext = entry.kind === 'release' && entry.orderId === null;
    if (!isForNext) this.#least = Money.min(0, availableCash);
    this.expectNotNegative(`entries.${seq}.reserved`, reservedCash);
    for (const symbol of moved.shares().keys()) {
      const { quantity, reserved } = this.balances.sharesOf(symbol);
      // Written contracts are covered by what the audit finds reserved for them at its end, short positions by their collateral.
      const free = quantity.minus(reserved);
      // What buys back makes nothing shorter, and what an action makes of a position the audit of lots works out.
      const isNoSale = moved.sharesOf(symbol).quantity.gte(0) || entry.corporateActionId !== null;
      const isShort = quantity.lt(0) && (isNoSale || this.shorts.of(symbol).gt(0));
      if (!isContractSymbol(symbol) && !isShort) {
        this.expectNotNegative(`entries.${seq}.${symbol}.available`, free);
      }
      this.expectNotNegative(`entries.${seq}.${symbol}.reserved`, reserved);
    }
  }

  /** What short positions owe at a corporate action may be more than there is: once nothing is left behind any, and no order holds cash back. */
  #expectDebit({ seq, corporateActionId }: LedgerEntry): void {
    const { availableCash, reservedCash, collateral } = this.balances;
    if (corporateActionId === null) {
      this.expectNotNegative(`entries.${seq}.available`, availableCash.minus(this.#least));
      return;
    }
    const written = collateralBehind(this.balances.shares()).cash;
    this.expect(`entries.${seq}.debit.collateral`, collateral, money(0));
    this.expect(`entries.${seq}.debit.reserved`, reservedCash, written);
  }
}
