import { Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { AccountsService } from '../accounts/accounts.service.js';
import { replayFill, type ClosedTrade } from './closed-trades.js';
import { ExecutionsRepository } from './executions.repository.js';
import { toFill } from '../trading.mappers.js';
import { NO_POSITION, type Position } from './position.js';

const BATCH = 1_000;

/** What an account's sales have won and lost, told by its executions. */
@Injectable()
export class TradeHistory {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly executions: ExecutionsRepository,
  ) {}

  /**
   * Every closed trade, oldest first. Reads the executions from the first on, {@link BATCH} at a time: a cost
   * is known by what went before. Memory grows with the symbols that were traded, not with the trades.
   */
  async *closedTrades(userId: string): AsyncGenerator<ClosedTrade, void, undefined> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const positions = new Map<string, Position>();
    let afterId: string | undefined;
    for (;;) {
      const rows = await this.executions.list(
        this.database.sql,
        accountId,
        'oldest first',
        afterId,
        BATCH,
      );
      for (const row of rows) {
        const before = positions.get(row.symbol) ?? NO_POSITION;
        const { position, closed } = replayFill(before, toFill(row));
        positions.set(row.symbol, position);
        if (closed) yield closed;
      }
      if (rows.length < BATCH) return;
      afterId = rows.at(-1)?.id;
    }
  }
}
