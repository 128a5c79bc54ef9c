import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '../../../database/index.js';
import { money, moneyText, priceText } from '../../../kernel/money.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { QuotesService } from '../../market-data/index.js';
import { AccountsService } from './accounts.service.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { PositionRow } from '../execution/executions.table.js';
import { unrealizedPnl } from '../execution/position.js';
import type { Account, Trade, ValuedPosition } from '../trading.dto.js';
import { toPosition, toTrade } from '../trading.mappers.js';

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

  /** What is held now. */
  async listOpen(userId: string): Promise<ValuedPosition[]> {
    const { id } = await this.accounts.getOrOpen(userId);
    const positions = await this.#list(this.database.sql, id);
    return positions.filter(({ quantity }) => !money(quantity).isZero());
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
    return toPage((await this.executions.list(id, beforeId, limit + 1)).map(toTrade), limit);
  }

  async #list(sql: Sql, accountId: string): Promise<ValuedPosition[]> {
    return (await this.executions.listPositions(sql, accountId)).map((row) => this.#value(row));
  }

  /** A symbol the market no longer has (another provider was configured) is held still, at no known price. */
  #value(row: PositionRow): ValuedPosition {
    const position = toPosition(row);
    const quote = this.quotes.findInstrument(row.symbol) && this.quotes.currentQuote(row.symbol);
    const bid = quote && money(quote.bid);
    return {
      symbol: row.symbol,
      quantity: moneyText(position.quantity),
      averageCost: priceText(position.averageCost),
      price: bid ? priceText(bid) : null,
      marketValue: bid ? moneyText(position.quantity.times(bid)) : null,
      unrealizedPnl: bid ? moneyText(unrealizedPnl(position, bid)) : null,
      realizedPnl: moneyText(position.realizedPnl),
      asOf: quote?.asOf ?? null,
    };
  }
}
