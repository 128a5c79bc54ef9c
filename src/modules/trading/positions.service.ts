import { Injectable } from '@nestjs/common';
import { money, moneyText, priceText } from '../../kernel/money.js';
import { decodeCursor, toPage, type Page } from '../../kernel/page.js';
import { QuotesService } from '../market-data/index.js';
import { AccountsService } from './accounts.service.js';
import { ExecutionsRepository } from './executions.repository.js';
import type { PositionRow } from './executions.table.js';
import { unrealizedPnl } from './position.js';
import type { Trade, ValuedPosition } from './trading.dto.js';
import { toPosition, toTrade } from './trading.mappers.js';

/** What an account holds and has traded, valued at the current quotes. */
@Injectable()
export class PositionsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly executions: ExecutionsRepository,
    private readonly quotes: QuotesService,
  ) {}

  /** What is held now. */
  async listOpen(userId: string): Promise<ValuedPosition[]> {
    return (await this.listAll(userId)).filter(({ quantity }) => !money(quantity).isZero());
  }

  /** Also what is sold out, for its realised profit. */
  async listAll(userId: string): Promise<ValuedPosition[]> {
    const { id } = await this.accounts.getOrOpen(userId);
    return (await this.executions.listPositions(id)).flatMap((row) => this.#value(row));
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

  #value(row: PositionRow): ValuedPosition {
    const position = toPosition(row);
    const quote = this.quotes.currentQuote(row.symbol);
    const price = money(quote.bid);
    return {
      symbol: row.symbol,
      quantity: moneyText(position.quantity),
      averageCost: priceText(position.averageCost),
      price: priceText(price),
      marketValue: moneyText(position.quantity.times(price)),
      unrealizedPnl: moneyText(unrealizedPnl(position, price)),
      realizedPnl: moneyText(position.realizedPnl),
      asOf: quote.asOf,
    };
  }
}
