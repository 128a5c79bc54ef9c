import { money, type Money } from '../../../kernel/money.js';
import { isContractSymbol } from '../../market-data/index.js';
import type { Balances } from '../ledger/balances.js';
import type { LedgerEntry } from '../ledger/ledger.repository.js';
import { freedBy, type PledgedPosition } from './fill-collateral.js';
import { initialCollateral } from './short-margin.js';

type Expect = (what: string, kept: Money, derived: Money) => void;
type ExpectNotNegative = (what: string, amount: Money) => void;

/** A fill, and what it must have found and moved. */
interface PledgedFill {
  readonly before: PledgedPosition;
  readonly moved: Money;
}

/** Rebuilds what stands behind short positions from the entries that moved it. */
export class ShortAudit {
  /** USD by symbol. */
  readonly #collateral = new Map<string, Money>();
  /** By execution. */
  readonly #fills = new Map<string, PledgedFill>();

  constructor(
    private readonly expect: Expect,
    private readonly expectNotNegative: ExpectNotNegative,
  ) {}

  /** In the order of their numbers. @param balances as they were before it */
  takeEntry(entry: LedgerEntry, moved: Balances, balances: Balances): void {
    const { seq, symbol, executionId } = entry;
    const [traded] = moved.shares().keys();
    if (executionId !== null && traded !== undefined) {
      const { quantity } = balances.sharesOf(traded);
      const before = { quantity, collateral: this.of(traded) };
      this.#fills.set(executionId, { before, moved: moved.collateral });
    }
    if (moved.collateral.isZero()) return;
    const named = symbol ?? 'nothing';
    const collateral = this.of(named).plus(moved.collateral);
    this.#collateral.set(named, collateral);
    this.expectNotNegative(`entries.${seq}.${named}.collateral`, collateral);
  }

  /** After all entries. A short sale puts its initial requirement there; buying back frees its part at least. */
  takeFill(
    id: string,
    symbol: string,
    { side, quantity, price }: { side: 'buy' | 'sell'; quantity: Money; price: Money },
  ): void {
    const fill = this.#fills.get(id);
    if (!fill) return;
    const { before, moved } = fill;
    const what = `executions.${id}.collateral`;
    const isShort = !isContractSymbol(symbol) && before.quantity.lte(0);
    if (isShort && side === 'sell') this.expect(what, moved, initialCollateral(quantity, price));
    else if (isShort && before.quantity.lt(0)) {
      this.expectNotNegative(what, moved.negated().minus(freedBy(before, quantity)));
    } else this.expect(what, moved, money(0));
  }

  /** USD behind the position in a symbol. */
  of(symbol: string): Money {
    return this.#collateral.get(symbol) ?? money(0);
  }

  symbols(): Iterable<string> {
    return this.#collateral.keys();
  }
}
