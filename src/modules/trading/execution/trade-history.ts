import { Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { AccountsService } from '../accounts/accounts.service.js';
import { LotsRepository, type ClosedEntry } from './lots.repository.js';

const BATCH = 1_000;

/** What one trade closed, and what that won or lost against the lots that it closed. */
export interface ClosedTrade {
  /** Of the execution; null: a corporate action paid out a fraction of a share. */
  readonly id: string | null;
  readonly orderId: string | null;
  readonly symbol: string;
  /** Shares that it closed. */
  readonly quantity: Money;
  /** USD. */
  readonly proceeds: Money;
  /** USD that the shares had cost. */
  readonly cost: Money;
  /** USD. */
  readonly realizedPnl: Money;
  readonly closedAt: Date;
}

/** What an account's trades have won and lost, told by the lots that they closed. */
@Injectable()
export class TradeHistory {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly lots: LotsRepository,
  ) {}

  /** Every trade that closed something, oldest first; read {@link BATCH} at a time. @param from on, where given */
  async *closedTrades(userId: string, from?: Date): AsyncGenerator<ClosedTrade, void, undefined> {
    const { id } = await this.accounts.getOrOpen(userId);
    for (let afterSeq = 0; ;) {
      const { sql } = this.database;
      const rows = await this.lots.listClosedEntries(sql, id, from, afterSeq, BATCH);
      for (const row of rows) yield toClosedTrade(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCH) return;
      afterSeq = last.seq;
    }
  }
}

function toClosedTrade(row: ClosedEntry): ClosedTrade {
  const { executionId: id, orderId, symbol, closedAt } = row;
  const [quantity, proceeds, cost] = [money(row.quantity), money(row.proceeds), money(row.cost)];
  const realizedPnl = money(row.realizedPnl);
  return { id, orderId, symbol, quantity, proceeds, cost, realizedPnl, closedAt };
}
