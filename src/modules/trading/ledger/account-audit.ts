import { money, sumOf, type Money } from '../../../kernel/money.js';
import { isContractSymbol } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import type { CorporateAction } from '../corporate-actions/corporate-action.js';
import type { ExecutionRow, PositionRow } from '../execution/executions.table.js';
import { costPerShare, type LotTrade } from '../execution/lots.js';
import type { LotClosureRow, PositionLotRow } from '../execution/lots.table.js';
import { ShortAudit } from '../margin/short-audit.js';
import { collateralBehind } from '../options/collateral-audit.js';
import { isWorking } from '../orders/order-state.js';
import type { OrderRow } from '../orders/orders.table.js';
import { toFill, toPosting } from '../trading.mappers.js';
import { asText, NO_POSITION, NOT_FILLED, TRADES, type Filled } from './audited-values.js';
import { Balances } from './balances.js';
import { CoverAudit } from './cover-audit.js';
import { GroupAudit } from './group-audit.js';
import type { LedgerEntry } from './ledger.repository.js';
import type { LedgerEntryKind } from './ledger.table.js';
import { LotAudit, type RebuiltPosition } from './lot-audit.js';
import { imbalances, trade } from './postings.js';

/** Something that is kept, and what it would be by what it is derived from. */
export interface Difference {
  /** `cash`, `positions.AAPL.quantity`, `orders.{id}.filledQuantity`, `entries.{seq}.balance` … */
  readonly what: string;
  readonly kept: string;
  readonly derived: string;
}

/** More than this tell nothing new. */
const MAX_DIFFERENCES = 100;

/** An entry that a corporate action made, and what it moved. */
interface Applied {
  readonly seq: number;
  readonly actionId: string;
  readonly moved: Balances;
}

interface Traded extends LotTrade {
  readonly id: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly seq: number;
}

/** The entry of an execution, and the cash and shares that it moved. */
interface Posted {
  readonly seq: number;
  readonly kind: LedgerEntryKind;
  readonly moved: Balances;
}

/**
 * Rebuilds an account from its journal: from entries, then executions, then orders, then the figures
 * that are kept. Everything exact: no difference is small enough to let pass.
 */
export class AccountAudit {
  readonly #differences: Difference[] = [];
  readonly #balances = new Balances();
  /** By order. */
  readonly #filled = new Map<string, Filled>();
  /** By execution. */
  readonly #posted = new Map<string, Posted>();
  readonly #fills: Traded[] = [];
  readonly #applied: Applied[] = [];
  readonly #actions = new Map<string, CorporateAction>();
  /** By order, of those that name some. */
  readonly #namedLots = new Map<string, string[]>();
  readonly #lots = new LotAudit((...found) => this.#expect(...found));
  readonly #groups = new GroupAudit((...found) => this.#expect(...found));
  #lastSeq = 0;
  #reservedCash = money(0);
  readonly #reservedShares = new Map<string, Money>();
  readonly #shorts = new ShortAudit(
    (...found) => this.#expect(...found),
    (...found) => this.#expectNotNegative(...found),
  );
  readonly #cover = new CoverAudit(
    this.#balances,
    this.#shorts,
    (...found) => this.#expect(...found),
    (...found) => this.#expectNotNegative(...found),
  );

  /** In the order of their numbers. */
  addEntry(entry: LedgerEntry): void {
    this.#expect(`entries.${entry.seq}.seq`, entry.seq, this.#lastSeq + 1);
    this.#lastSeq = entry.seq;
    const postings = entry.postings.map(toPosting);
    for (const [symbol, sum] of imbalances(postings)) {
      this.#expect(`entries.${entry.seq}.${symbol ?? 'USD'}`, sum, 0);
    }
    const moved = new Balances(postings);
    this.#shorts.takeEntry(entry, moved, this.#balances);
    for (const posting of postings) this.#balances.add(posting);
    if (TRADES.includes(entry.kind) && entry.executionId === null) {
      this.#tell({ what: `entries.${entry.seq}.execution`, kept: 'none', derived: 'one' });
    }
    if (entry.executionId !== null) {
      const { seq, kind } = entry;
      this.#posted.set(entry.executionId, { seq, kind, moved });
    }
    if (entry.corporateActionId !== null) {
      this.#applied.push({ seq: entry.seq, actionId: entry.corporateActionId, moved });
    }
    this.#cover.takeEntry(entry, moved);
  }

  /** In any order, after all entries. */
  addExecution(row: ExecutionRow): void {
    const fill = toFill(row);
    const { quantity, notional, fees } = this.#filled.get(row.orderId) ?? NOT_FILLED;
    this.#filled.set(row.orderId, {
      quantity: quantity.plus(fill.quantity),
      notional: notional.plus(fill.quantity.times(fill.price)),
      fees: fees.plus(row.fee),
    });
    this.#shorts.takeFill(row.id, row.symbol, fill);
    const posted = this.#posted.get(row.id);
    this.#posted.delete(row.id);
    // Ids come from the clock of a process, and those of two may differ: the journal knows the order.
    const { id, orderId, symbol } = row;
    const { side, quantity: traded } = fill;
    const cash = posted?.moved.cash ?? money(0);
    const seq = posted?.seq ?? Infinity;
    this.#fills.push({ id, orderId, symbol, side, quantity: traded, cash, seq });
    const released = { cash: money(0), shares: money(0) };
    const due = new Balances(trade({ ...fill, symbol: row.symbol, fee: money(row.fee), released }));
    this.#expect(`executions.${row.id}.cash`, posted?.moved.cash ?? 'no entry', due.cash);
    const moved = posted?.moved.shares().get(row.symbol)?.quantity ?? 'no entry';
    this.#expect(`executions.${row.id}.shares`, moved, due.shares().get(row.symbol)?.quantity ?? 0);
    this.#expect(`executions.${row.id}.sequence`, row.sequence, posted?.seq ?? 'no entry');
    const quoted = row.side === 'buy' ? row.ask : row.bid;
    // The end of a contract trades at the strike and what the contract cost, whatever is quoted.
    if (quoted === null || posted?.kind !== 'fill') return;
    const worse = row.side === 'buy' ? money(row.slippage) : money(row.slippage).negated();
    this.#expect(`executions.${row.id}.price`, row.price, worse.plus(quoted));
  }

  /** After all executions. */
  addOrder(row: OrderRow): void {
    this.#groups.add(row);
    const what = `orders.${row.id}`;
    const { quantity, notional, fees } = this.#filled.get(row.id) ?? NOT_FILLED;
    this.#filled.delete(row.id);
    if (row.namedLots) {
      this.#namedLots.set(
        row.id,
        row.namedLots.map(({ id }) => id),
      );
    }
    this.#expect(`${what}.filledQuantity`, row.filledQuantity, quantity);
    this.#expect(`${what}.filledNotional`, row.filledNotional, notional);
    this.#expect(`${what}.fees`, row.fees, fees);
    if (!quantity.isZero()) {
      this.#expect(
        `${what}.averageFillPrice`,
        row.averageFillPrice ?? 'none',
        notional.div(quantity),
      );
    }
    this.#expectNotNegative(`${what}.left`, money(row.quantity).minus(quantity));
    if (row.notional !== null) {
      this.#expectNotNegative(`${what}.notionalLeft`, money(row.notional).minus(notional));
    }
    this.#expectNotNegative(
      `${what}.reservedCash`,
      money(row.reservedCash).minus(row.reservedFees),
    );
    if (!isWorking(row.status)) {
      this.#expect(`${what}.reservedCash`, row.reservedCash, 0);
      this.#expect(`${what}.reservedQuantity`, row.reservedQuantity, 0);
    }
    this.#reservedCash = this.#reservedCash.plus(row.reservedCash);
    const heldOf = row.collateralSymbol ?? row.symbol;
    const reserved = this.#reservedShares.get(heldOf) ?? money(0);
    this.#reservedShares.set(heldOf, reserved.plus(row.reservedQuantity));
  }

  /** In any order. */
  addAction(id: string, action: CorporateAction): void {
    this.#actions.set(id, action);
  }

  /** In any order. */
  addLot(row: PositionLotRow): void {
    this.#lots.addLot(row);
  }

  /** In the order of their entries and lines. */
  addClosure(row: LotClosureRow): void {
    this.#lots.addClosure(row);
  }

  /** At last. @returns what does not agree; the first {@link MAX_DIFFERENCES} of it. */
  finish(account: AccountRow, positions: readonly PositionRow[]): readonly Difference[] {
    const balances = this.#balances;
    this.#expect('ledgerSeq', account.ledgerSeq, this.#lastSeq);
    this.#expect('cash', account.cash, balances.cash);
    this.#expect('reservedCash', account.reservedCash, balances.reservedCash);
    this.#expect('collateral', account.collateral, balances.collateral);
    this.#expect('contributed', account.contributed, balances.contributed);
    this.#expect('feesPaid', account.feesPaid, balances.feesPaid);
    for (const id of this.#posted.keys()) this.#expect(`executions.${id}`, 'none', 'an entry');
    for (const id of this.#filled.keys()) this.#expect(`orders.${id}`, 'none', 'executions');
    const shares = balances.shares();
    const behind = collateralBehind(shares);
    const reservedCash = this.#reservedCash.plus(behind.cash);
    this.#expect('orders.reservedCash', reservedCash, balances.reservedCash);
    this.#groups.finish();
    const rebuilt = this.#rebuild();
    const kept = new Map(positions.map((row) => [row.symbol, row]));
    for (const symbol of new Set([
      ...shares.keys(),
      ...kept.keys(),
      ...rebuilt.keys(),
      ...behind.shares.keys(),
      ...this.#shorts.symbols(),
    ])) {
      const what = `positions.${symbol}`;
      const row = kept.get(symbol);
      const { quantity, reserved } = shares.get(symbol) ?? { quantity: 0, reserved: 0 };
      const position = rebuilt.get(symbol) ?? NO_POSITION;
      this.#expect(`${what}.quantity`, row?.quantity ?? 'none', quantity);
      this.#expect(`${what}.reservedQuantity`, row?.reservedQuantity ?? 'none', reserved);
      const collateral = this.#shorts.of(symbol);
      this.#expect(`${what}.collateral`, row?.collateral ?? 'none', collateral);
      const isShort = position.quantity.lt(0) && !isContractSymbol(symbol);
      if (!isShort) this.#expect(`${what}.pledged`, collateral, 0);
      const heldBack = sumOf([
        this.#reservedShares.get(symbol) ?? 0,
        behind.shares.get(symbol) ?? 0,
      ]);
      this.#expect(`orders.${symbol}.reserved`, heldBack, reserved);
      this.#expect(`executions.${symbol}.quantity`, position.quantity, quantity);
      const { quantity: traded, costBasis: cost } = position;
      this.#expect(`${what}.costBasis`, row?.costBasis ?? 'none', cost);
      const average = costPerShare({ quantity: traded, cost });
      this.#expect(`${what}.averageCost`, row?.averageCost ?? 'none', average);
      this.#expect(`${what}.realizedPnl`, row?.realizedPnl ?? 'none', position.realizedPnl);
    }
    return this.#differences;
  }

  #rebuild(): Map<string, RebuiltPosition> {
    const happened = [...this.#fills, ...this.#applied];
    for (const one of happened.sort((first, second) => first.seq - second.seq)) {
      if ('actionId' in one) {
        this.#takeAction(one);
        continue;
      }
      const namedLots = this.#namedLots.get(one.orderId) ?? [];
      this.#lots.takeFill({ ...one, namedLots });
    }
    return this.#lots.finish();
  }

  #takeAction({ seq, actionId, moved }: Applied): void {
    const action = this.#actions.get(actionId);
    if (action) this.#lots.takeAction(seq, action, moved);
    else this.#expect(`actions.${seq}`, 'none', actionId);
  }

  #expect(what: string, kept: Money | string | number, derived: Money | string | number): void {
    const [one, other] = [asText(kept), asText(derived)];
    if (one !== other) this.#tell({ what, kept: one, derived: other });
  }

  #expectNotNegative(what: string, amount: Money): void {
    if (amount.lt(0)) this.#tell({ what, kept: asText(amount), derived: '0 or more' });
  }

  #tell(difference: Difference): void {
    if (this.#differences.length < MAX_DIFFERENCES) this.#differences.push(difference);
  }
}
