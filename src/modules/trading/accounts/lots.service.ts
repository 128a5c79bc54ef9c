import { Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import type { PageQuery } from '../../../http/index.js';
import { money, moneyText, priceText } from '../../../kernel/money.js';
import { encodeCursor, type Page } from '../../../kernel/page.js';
import { costPerShare } from '../execution/lots.js';
import { LotsRepository, type ClosureWithOpening } from '../execution/lots.repository.js';
import type { PositionLotRow } from '../execution/lots.table.js';
import { toLot } from '../trading.mappers.js';
import { AccountsService } from './accounts.service.js';
import { decodeClosureCursor, encodeClosureCursor } from './closure-cursor.js';
import type { LotClosureView, LotView, RealizedPnl, RealizedPnlQuery } from './lots.dto.js';
import { decodeSeqCursor } from './seq-cursor.js';

const MAX_SYMBOLS = 500;

/** What an account holds lot by lot, and what closing lots has won and lost. */
@Injectable()
export class LotsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly lots: LotsRepository,
  ) {}

  /** The open lots of a symbol, the oldest first. @throws AppError `request.bad_cursor` */
  async listOpen(
    userId: string,
    symbol: string,
    { cursor, limit }: PageQuery,
  ): Promise<Page<LotView>> {
    const pastSeq = cursor === undefined ? undefined : decodeSeqCursor(cursor);
    const { id } = await this.accounts.getOrOpen(userId);
    const { sql } = this.database;
    const rows = await this.lots.listOpen(sql, id, symbol, 'fifo', pastSeq, limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const hasMore = rows.length > limit;
    return {
      items: shown.map(toLotView),
      nextCursor: hasMore && last ? encodeCursor(String(last.openedSeq)) : null,
    };
  }

  /**
   * What was closed, the latest first, with the totals of all of it, page or not: figures of one moment.
   * @throws AppError `request.bad_cursor`
   */
  async realizedPnl(userId: string, query: RealizedPnlQuery): Promise<RealizedPnl> {
    const { cursor, limit, from, to, symbol } = query;
    const before = cursor === undefined ? undefined : decodeClosureCursor(cursor);
    const filter = {
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
      symbol,
    };
    const { id } = await this.accounts.getOrOpen(userId);
    return this.database.snapshot(async (sql) => {
      const rows = await this.lots.listClosures(sql, id, filter, before, limit + 1);
      const total = await this.lots.total(sql, id, filter);
      const bySymbol = await this.lots.totalsBySymbol(sql, id, filter, MAX_SYMBOLS);
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map(toClosureView),
        nextCursor: rows.length > limit && last ? encodeClosureCursor(last) : null,
        total: { ...inUsd(total), symbols: total.symbols },
        bySymbol: bySymbol.map((row) => ({ symbol: row.symbol, ...inUsd(row) })),
      };
    });
  }
}

interface Amounts {
  readonly proceeds: string;
  readonly cost: string;
  readonly realizedPnl: string;
}

function inUsd({ proceeds, cost, realizedPnl }: Amounts): Amounts {
  const text = (amount: string) => moneyText(money(amount));
  return { proceeds: text(proceeds), cost: text(cost), realizedPnl: text(realizedPnl) };
}

function toLotView(row: PositionLotRow): LotView {
  const lot = toLot(row);
  return {
    id: row.id,
    symbol: row.symbol,
    quantity: moneyText(lot.quantity),
    cost: moneyText(lot.cost),
    costPerShare: priceText(costPerShare(lot)),
    openedAt: row.openedAt.toISOString(),
  };
}

function toClosureView(row: ClosureWithOpening): LotClosureView {
  return {
    lotId: row.lotId,
    executionId: row.executionId,
    symbol: row.symbol,
    method: row.method,
    quantity: moneyText(money(row.quantity)),
    ...inUsd(row),
    openedAt: row.openedAt.toISOString(),
    closedAt: row.closedAt.toISOString(),
  };
}
