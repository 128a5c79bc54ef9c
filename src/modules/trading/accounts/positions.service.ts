import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '../../../database/index.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { QuotesService } from '../../market-data/index.js';
import { AccountsService } from './accounts.service.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { PositionRow } from '../execution/executions.table.js';
import type { Account, Trade, ValuedPosition } from '../trading.dto.js';
import { toTrade } from '../trading.mappers.js';
import { decodeSymbolCursor } from './symbol-cursor.js';
import { valuePosition } from './position-valuation.js';

/** Cash and positions of one moment: a fill is in both or in neither. */
export interface AccountStatement {
  readonly account: Account;
  /** Also of what is sold out, for its realised profit. */
  readonly positions: readonly ValuedPosition[];
}

/** What an account holds and has traded, valued at the current quotes. */
@Injectable()
export class PositionsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly executions: ExecutionsRepository,
    private readonly quotes: QuotesService,
  ) {}

  /** What is held now, by symbol. Always from the database, at the quotes of this moment. */
  async listOpen(
    userId: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<ValuedPosition>> {
    const { id } = await this.accounts.getOrOpen(userId);
    const afterSymbol = cursor === undefined ? undefined : decodeSymbolCursor(cursor);
    const rows = await this.executions.listOpenPositions(id, afterSymbol, limit + 1);
    const items = rows.slice(0, limit).map((row) => this.#value(row));
    const last = items.at(-1);
    const hasMore = rows.length > limit;
    return { items, nextCursor: hasMore && last ? encodeCursor(last.symbol) : null };
  }

  /** Every position of each user, sold-out ones included: one query for all of them. */
  async listOfUsers(userIds: readonly string[]): Promise<ReadonlyMap<string, ValuedPosition[]>> {
    const ofUser = new Map(userIds.map((userId): [string, ValuedPosition[]] => [userId, []]));
    for (const { userId, position } of await this.executions.listPositionsOfUsers(userIds)) {
      ofUser.get(userId)?.push(this.#value(position));
    }
    return ofUser;
  }

  async statement(userId: string): Promise<AccountStatement> {
    await this.accounts.getOrOpen(userId);
    return this.database.snapshot(async (sql) => {
      const account = await this.accounts.viewWithin(sql, userId);
      return { account, positions: await this.#list(sql, account.id) };
    });
  }

  async listTrades(
    userId: string,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<Trade>> {
    const { id } = await this.accounts.getOrOpen(userId);
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.executions.list(
      this.database.sql,
      id,
      'newest first',
      beforeId,
      limit + 1,
    );
    return toPage(rows.map(toTrade), limit);
  }

  async #list(sql: Sql, accountId: string): Promise<ValuedPosition[]> {
    return (await this.executions.listPositions(sql, accountId)).map((row) => this.#value(row));
  }

  /**
   * A symbol the market no longer has (another provider was configured) is held still, at no known price. A contract
   * that has expired and is not settled yet has the price that it will be settled at.
   */
  #value(row: PositionRow): ValuedPosition {
    if (this.quotes.findInstrument(row.symbol)) {
      return valuePosition(row, this.quotes.currentQuote(row.symbol));
    }
    const end = this.quotes.optionSettlement(row.symbol);
    return valuePosition(
      row,
      end && { bid: end.intrinsic, ask: end.intrinsic, asOf: end.quote.asOf },
    );
  }
}
