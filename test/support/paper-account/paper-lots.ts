import { money, moneyText, sumOf, type Money } from '../../../src/kernel/money.js';
import { asText } from '../../../src/modules/trading/execution/lot-ledger.js';
import {
  tradeLots,
  type Lot,
  type LotMethod,
  type LotTrade,
  type NamedLot,
} from '../../../src/modules/trading/execution/lots.js';
import type {
  LotClosureRow,
  PositionLotRow,
} from '../../../src/modules/trading/execution/lots.table.js';

/** An execution that trades lots, and the number of its entry. */
export interface LotExecution extends LotTrade {
  readonly id: string;
  readonly symbol: string;
  readonly seq: number;
  readonly at: Date;
  readonly named: readonly NamedLot[];
}

/** The lots of an account and their closures, as rows. */
export class PaperLots {
  readonly rows: PositionLotRow[] = [];
  readonly closures: LotClosureRow[] = [];

  constructor(readonly accountId: string) {}

  /** The oldest first. */
  open(symbol: string): Lot[] {
    return this.rows
      .filter((lot) => lot.symbol === symbol && lot.quantity !== '0')
      .map(({ id, quantity, cost }) => ({ id, quantity: money(quantity), cost: money(cost) }));
  }

  realized(symbol: string): Money {
    const closures = this.closures.filter((row) => row.symbol === symbol);
    return sumOf(closures.map((row) => row.realizedPnl));
  }

  trade(execution: LotExecution, method: LotMethod): void {
    const { id, symbol, seq, at, named } = execution;
    const { accountId } = this;
    const change = tradeLots(this.open(symbol), execution, method, named);
    for (const { id: lotId, quantity, cost } of change.changed) {
      const row = this.rows.find((lot) => lot.id === lotId);
      Object.assign(row ?? {}, { quantity: moneyText(quantity), cost: moneyText(cost) });
    }
    if (change.opened) {
      const quantity = moneyText(change.opened.quantity);
      const cost = moneyText(change.opened.cost);
      this.rows.push({ id, accountId, symbol, openedSeq: seq, quantity, cost, openedAt: at });
    }
    change.closures.forEach((closure, line) => {
      const of = { accountId, seq, line, symbol, executionId: id, closedAt: at };
      this.closures.push({ ...of, ...asText(closure) });
    });
  }
}
