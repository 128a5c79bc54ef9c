import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../database/index.js';
import { money, moneyText, sumOf, type Money } from '../../../kernel/money.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import type { OrderRow } from '../orders/orders.table.js';
import { toLot } from '../trading.mappers.js';
import type { ActionEffect } from '../corporate-actions/corporate-action.js';
import { ExecutionsRepository } from './executions.repository.js';
import type { ExecutionRow, PositionRow } from './executions.table.js';
import {
  costPerShare,
  namedForFill,
  standsAgainst,
  tradeLots,
  type Closure,
  type Lot,
  type LotMethod,
  type NamedLot,
} from './lots.js';
import { LotsRepository } from './lots.repository.js';
import type { PositionLotRow } from './lots.table.js';
import type { Position } from './position.js';

const BATCH = 200;

/** A fill that was posted. */
export interface PostedFill {
  readonly execution: ExecutionRow;
  /** The order, as it was before the fill. */
  readonly order: OrderRow;
  /** USD that the account's cash changed by. */
  readonly cash: Money;
  /** Of the ledger's entry. */
  readonly seq: number;
  /** The position before it; undefined: there was none. */
  readonly before: PositionRow | undefined;
}

/** A position that a corporate action has changed, and the ledger's entry of it. */
export interface Adjusted {
  readonly accountId: string;
  readonly symbol: string;
  readonly seq: number;
  readonly at: Date;
  /** USD that was paid for fractions. */
  readonly cash: Money;
}

/** Keeps the lots of an account, and the cost and realised profit of its positions, which follow from them. */
@Injectable()
export class LotLedger {
  constructor(
    private readonly lots: LotsRepository,
    private readonly executions: ExecutionsRepository,
  ) {}

  /** The account must be locked by the transaction. */
  async record(transaction: Sql, account: AccountRow, fill: PostedFill): Promise<void> {
    const { execution, order, cash, seq, before } = fill;
    const { accountId, symbol, side, executedAt } = execution;
    const quantity = money(execution.quantity);
    const held = money(before?.quantity ?? 0);
    const named = namedForFill(order.namedLots ?? [], money(order.filledQuantity), quantity);
    const open = standsAgainst({ quantity: held }, side)
      ? await this.#listEnough(transaction, account, symbol, quantity, named)
      : [];
    const change = tradeLots(open, { side, quantity, cash }, account.lotMethod, named);
    const { opened, closures, changed } = change;
    await this.lots.setLeft(transaction, changed);
    if (opened) {
      await this.lots.insert(transaction, {
        id: execution.id,
        accountId,
        symbol,
        openedSeq: seq,
        quantity: moneyText(opened.quantity),
        cost: moneyText(opened.cost),
        openedAt: executedAt,
      });
    }
    const of = { accountId, seq, symbol, executionId: execution.id, closedAt: executedAt };
    await this.lots.insertClosures(
      transaction,
      closures.map((closure, line) => ({ ...of, line, ...asText(closure) })),
    );
    const realized = sumOf(closures.map((closure) => closure.realized));
    const gained = side === 'buy' ? quantity : quantity.negated();
    // What stays in the lots is what was paid in, and not taken out again: realised = cash + change of cost.
    const costBasis = money(before?.costBasis ?? 0).plus(realized.minus(cash));
    await this.executions.setCost(transaction, accountId, symbol, {
      costBasis: moneyText(costBasis),
      averageCost: moneyText(costPerShare({ quantity: held.plus(gained), cost: costBasis })),
      realizedPnl: moneyText(money(before?.realizedPnl ?? 0).plus(realized)),
    });
  }

  /** USD a share that the lots have cost which a sale of this quantity, no more than is held, would close. */
  async costOfSold(
    transaction: Sql,
    account: AccountRow,
    symbol: string,
    quantity: Money,
  ): Promise<Money> {
    const open = await this.#listEnough(transaction, account, symbol, quantity, []);
    const sale = { side: 'sell', quantity, cash: money(0) } as const;
    const { closures } = tradeLots(open, sale, account.lotMethod);
    return costPerShare({ quantity, cost: sumOf(closures.map(({ cost }) => cost)) });
  }

  /** All open lots of a symbol, the oldest first. */
  async listOpen(transaction: Sql, accountId: string, symbol: string): Promise<Lot[]> {
    const open: Lot[] = [];
    let pastSeq: number | undefined;
    for (;;) {
      const batch = await this.#batch(transaction, accountId, symbol, 'fifo', pastSeq);
      open.push(...batch.map(toLot));
      if (batch.length < BATCH) return open;
      pastSeq = batch.at(-1)?.openedSeq;
    }
  }

  /**
   * Writes what a corporate action did to the lots, and what follows for the positions; its entry is posted.
   * The account must be locked.
   */
  async adjust(
    transaction: Sql,
    { accountId, symbol, seq, at, cash }: Adjusted,
    { changed, closures }: Pick<ActionEffect, 'changed' | 'closures'>,
    newSymbol: string | undefined,
  ): Promise<void> {
    const before = await this.executions.findPosition(transaction, accountId, symbol);
    const quantity = money(before?.quantity ?? 0);
    const costBasis = money(before?.costBasis ?? 0);
    const realizedPnl = money(before?.realizedPnl ?? 0);
    if (newSymbol !== undefined) {
      await this.lots.rename(transaction, accountId, symbol, newSymbol);
      const none = { costBasis: '0', averageCost: '0', realizedPnl: moneyText(realizedPnl) };
      await this.executions.setCost(transaction, accountId, symbol, none);
      const now = await this.executions.findPosition(transaction, accountId, newSymbol);
      await this.#setCost(transaction, accountId, newSymbol, {
        quantity: money(now?.quantity ?? 0),
        costBasis: money(now?.costBasis ?? 0).plus(costBasis),
        realizedPnl: money(now?.realizedPnl ?? 0),
      });
      return;
    }
    await this.lots.setLeft(transaction, changed);
    const of = { accountId, seq, symbol, executionId: null, closedAt: at };
    const rows = closures.map((closure, line) => ({ ...of, line, ...asText(closure) }));
    await this.lots.insertClosures(transaction, rows);
    const realized = sumOf(closures.map((closure) => closure.realized));
    await this.#setCost(transaction, accountId, symbol, {
      quantity,
      costBasis: costBasis.plus(realized).minus(cash),
      realizedPnl: realizedPnl.plus(realized),
    });
  }

  async #setCost(
    transaction: Sql,
    accountId: string,
    symbol: string,
    { quantity, costBasis, realizedPnl }: Position & { readonly realizedPnl: Money },
  ): Promise<void> {
    await this.executions.setCost(transaction, accountId, symbol, {
      costBasis: moneyText(costBasis),
      averageCost: moneyText(costPerShare({ quantity, cost: costBasis })),
      realizedPnl: moneyText(realizedPnl),
    });
  }

  /** The named lots, and as many in the method's order as cover the quantity; the oldest first. */
  async #listEnough(
    transaction: Sql,
    { id: accountId, lotMethod }: AccountRow,
    symbol: string,
    quantity: Money,
    named: readonly NamedLot[],
  ): Promise<Lot[]> {
    const ids = new Set(named.map(({ id }) => id));
    const found = await this.lots.findOwn(transaction, accountId, [...ids]);
    // Split or renamed since, a lot is still the one that was named; of another symbol it is not.
    const rows: PositionLotRow[] = found.filter((row) => row.symbol === symbol);
    let covered = money(0);
    let pastSeq: number | undefined;
    while (covered.lt(quantity)) {
      const batch = await this.#batch(transaction, accountId, symbol, lotMethod, pastSeq);
      for (const row of batch) {
        if (ids.has(row.id)) continue;
        rows.push(row);
        covered = covered.plus(money(row.quantity).abs());
      }
      if (batch.length < BATCH) break;
      pastSeq = batch.at(-1)?.openedSeq;
    }
    return rows.sort((one, other) => one.openedSeq - other.openedSeq).map(toLot);
  }

  #batch(
    transaction: Sql,
    accountId: string,
    symbol: string,
    method: LotMethod,
    pastSeq: number | undefined,
  ): Promise<PositionLotRow[]> {
    return this.lots.listOpen(transaction, accountId, symbol, method, pastSeq, BATCH);
  }
}

export function asText({ lotId, method, quantity, proceeds, cost, realized }: Closure) {
  return {
    lotId,
    method,
    quantity: moneyText(quantity),
    proceeds: moneyText(proceeds),
    cost: moneyText(cost),
    realizedPnl: moneyText(realized),
  };
}
