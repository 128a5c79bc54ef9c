import { effectOf, type CorporateAction } from '../corporate-actions/corporate-action.js';
import { money, sumOf, type Money } from '../../../kernel/money.js';
import {
  standsAgainst,
  totalOf,
  tradeLots,
  type Closure,
  type Lot,
  type LotTrade,
} from '../execution/lots.js';
import type { LotClosureRow, PositionLotRow } from '../execution/lots.table.js';
import { Balances } from './balances.js';
import { toLot } from '../trading.mappers.js';

/** A fill, in the order of the ledger. */
export interface AuditedFill extends LotTrade {
  /** Of the execution. */
  readonly id: string;
  readonly symbol: string;
  /** Of the entry. */
  readonly seq: number;
  readonly at: Date;
  /** The lots that its order names. */
  readonly namedLots: readonly string[];
}

/** The entry that opened or closed something, and when. */
interface Moment {
  readonly seq: number;
  readonly at: Date;
}

/** The position that the lots of a symbol make. USD. */
export interface RebuiltPosition {
  readonly quantity: Money;
  readonly costBasis: Money;
  readonly realizedPnl: Money;
}

export type Expect = (what: string, kept: Money | string, derived: Money | string) => void;

/**
 * Rebuilds the lots of an account from its fills, and holds the closures that are kept against it. Of those it takes
 * only by which method they were made: the account's of then is not kept elsewhere.
 */
export class LotAudit {
  /** By entry. */
  readonly #kept = new Map<number, LotClosureRow[]>();
  readonly #lots = new Map<string, PositionLotRow>();
  /** The entry that opened each lot. */
  readonly #opened = new Map<string, Moment>();
  /** By symbol, the oldest first. */
  readonly #open = new Map<string, Lot[]>();
  readonly #realized = new Map<string, Money>();

  constructor(private readonly expect: Expect) {}

  /** In the order of their places. */
  addClosure(row: LotClosureRow): void {
    const ofEntry = this.#kept.get(row.seq) ?? [];
    ofEntry.push(row);
    this.#kept.set(row.seq, ofEntry);
  }

  addLot(row: PositionLotRow): void {
    this.#lots.set(row.id, row);
  }

  /** In the order of their entries, after all lots and closures. */
  takeFill(fill: AuditedFill): void {
    const { id, symbol, seq, at, side, namedLots } = fill;
    const kept = this.#kept.get(seq) ?? [];
    this.#kept.delete(seq);
    const open = this.#open.get(symbol) ?? [];
    const named = kept.filter(({ method }) => method === 'specific');
    for (const { lotId } of named) {
      const what = `closures.${seq}.${lotId}.method`;
      this.expect(what, 'specific', namedLots.includes(lotId) ? 'specific' : 'not named');
    }
    const method = kept.some((row) => row.method === 'lifo') ? 'lifo' : 'fifo';
    const [first] = open;
    const standing = first && standsAgainst(first, side) ? open : [];
    const wanted = named.map(({ lotId, quantity }) => ({ id: lotId, quantity }));
    const { closures, changed, opened } = tradeLots(standing, fill, method, wanted);
    this.#expectClosures({ seq, at }, { symbol, executionId: id }, kept, closures);
    const left = new Map(changed.map((lot) => [lot.id, lot]));
    const now = open.map((lot) => left.get(lot.id) ?? lot).filter((lot) => !lot.quantity.isZero());
    if (opened) {
      now.push({ id, ...opened });
      this.#opened.set(id, { seq, at });
    }
    this.#open.set(symbol, now);
    this.#realize(symbol, closures);
  }

  /** In the order of the entries. @param moved what its entry moved */
  takeAction({ seq, at }: Moment, action: CorporateAction, moved: Balances): void {
    const { symbol } = action;
    const kept = this.#kept.get(seq) ?? [];
    this.#kept.delete(seq);
    const open = this.#open.get(symbol) ?? [];
    const { postings, changed, closures } = effectOf(action, open);
    const due = new Balances(postings);
    this.expect(`actions.${seq}.cash`, moved.cash, due.cash);
    for (const one of new Set([...moved.shares().keys(), ...due.shares().keys()])) {
      const shares = moved.sharesOf(one).quantity;
      this.expect(`actions.${seq}.${one}`, shares, due.sharesOf(one).quantity);
    }
    this.#expectClosures({ seq, at }, { symbol, executionId: null }, kept, closures);
    this.#realize(symbol, closures);
    if (action.kind === 'symbol_change') {
      const there = this.#open.get(action.newSymbol) ?? [];
      this.#open.set(action.newSymbol, this.#inOrder([...there, ...open]));
      this.#open.set(symbol, []);
      return;
    }
    const left = new Map(changed.map((lot) => [lot.id, lot]));
    const now = open.map((lot) => left.get(lot.id) ?? lot);
    this.#open.set(
      symbol,
      now.filter(({ quantity }) => !quantity.isZero()),
    );
  }

  #inOrder(open: readonly Lot[]): Lot[] {
    const seqOf = ({ id }: Lot) => this.#opened.get(id)?.seq ?? 0;
    return [...open].sort((one, other) => seqOf(one) - seqOf(other));
  }

  /** At last. @returns by symbol */
  finish(): Map<string, RebuiltPosition> {
    for (const [seq, rows] of this.#kept) {
      this.expect(`closures.${seq}`, String(rows.length), 'none');
    }
    for (const [symbol, open] of this.#open) {
      for (const lot of open) this.#expectLot(symbol, lot);
    }
    // Those that are left should have nothing left.
    for (const row of this.#lots.values()) {
      this.#expectOpened(row);
      this.#expectLeft(row.id, toLot(row), NOTHING);
    }
    const rebuilt = new Map<string, RebuiltPosition>();
    for (const [symbol, open] of this.#open) {
      const { quantity, cost: costBasis } = totalOf(open);
      const realizedPnl = this.#realized.get(symbol) ?? money(0);
      rebuilt.set(symbol, { quantity, costBasis, realizedPnl });
    }
    return rebuilt;
  }

  #expectClosures(
    { seq, at }: Moment,
    { symbol, executionId }: Pick<LotClosureRow, 'symbol' | 'executionId'>,
    kept: readonly LotClosureRow[],
    derived: readonly Closure[],
  ): void {
    this.expect(`closures.${seq}.count`, String(kept.length), String(derived.length));
    derived.forEach((closure, line) => {
      const row = kept[line];
      if (row === undefined) return;
      const what = `closures.${seq}.${line}`;
      this.expect(`${what}.symbol`, row.symbol, symbol);
      this.expect(`${what}.executionId`, row.executionId ?? 'none', executionId ?? 'none');
      this.expect(`${what}.closedAt`, row.closedAt.toISOString(), at.toISOString());
      this.expect(`${what}.lotId`, row.lotId, closure.lotId);
      this.expect(`${what}.quantity`, row.quantity, closure.quantity);
      this.expect(`${what}.proceeds`, row.proceeds, closure.proceeds);
      this.expect(`${what}.cost`, row.cost, closure.cost);
      this.expect(`${what}.realizedPnl`, row.realizedPnl, closure.realized);
    });
  }

  #realize(symbol: string, closures: readonly Closure[]): void {
    const before = this.#realized.get(symbol) ?? money(0);
    const sum = sumOf(closures.map(({ realized }) => realized));
    this.#realized.set(symbol, before.plus(sum));
  }

  #expectLot(symbol: string, lot: Lot): void {
    const row = this.#lots.get(lot.id);
    this.#lots.delete(lot.id);
    this.expect(`lots.${lot.id}.symbol`, row?.symbol ?? 'none', symbol);
    if (row) this.#expectOpened(row);
    this.#expectLeft(lot.id, row ? toLot(row) : NOTHING, lot);
  }

  #expectOpened({ id, openedSeq, openedAt }: PositionLotRow): void {
    const opened = this.#opened.get(id);
    this.expect(`lots.${id}.openedSeq`, String(openedSeq), String(opened?.seq ?? 'none'));
    const at = opened?.at.toISOString() ?? 'none';
    this.expect(`lots.${id}.openedAt`, openedAt.toISOString(), at);
  }

  #expectLeft(id: string, kept: Omit<Lot, 'id'>, derived: Omit<Lot, 'id'>): void {
    this.expect(`lots.${id}.quantity`, kept.quantity, derived.quantity);
    this.expect(`lots.${id}.cost`, kept.cost, derived.cost);
  }
}

const NOTHING = { quantity: money(0), cost: money(0) };
