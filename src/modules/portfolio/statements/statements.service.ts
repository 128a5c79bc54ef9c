import { Injectable } from '@nestjs/common';
import type { PageQuery } from '../../../http/index.js';
import { money, moneyText } from '../../../kernel/money.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { AccountsService } from '../../trading/index.js';
import { movementBetween, openingOf, type Closing } from './statement.js';
import type { Statement } from './statements.dto.js';
import { StatementsRepository } from './statements.repository.js';
import type { StatementRow } from './statements.table.js';

@Injectable()
export class StatementsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly statements: StatementsRepository,
  ) {}

  /** Latest first. @throws AppError `request.bad_cursor` */
  async list(userId: string, { cursor, limit }: PageQuery): Promise<Page<Statement>> {
    const { id, startingCash } = await this.accounts.getOrOpen(userId);
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    // One more for the page, which is also what the page's last one is compared with.
    const rows = await this.statements.list(id, beforeId, limit + 1);
    const opening = openingOf(moneyText(money(startingCash)));
    return toPage(
      rows.map((row, i) => toStatement(row, rows[i + 1], opening)),
      limit,
    );
  }
}

function toStatement(
  row: StatementRow,
  before: StatementRow | undefined,
  opening: Closing,
): Statement {
  const closing = closingOf(row);
  const { id, date, asOf, positions } = row;
  return {
    id,
    date,
    since: before?.date ?? null,
    asOf: asOf.toISOString(),
    ...movementBetween(before === undefined ? opening : closingOf(before), closing),
    cash: closing.cash,
    positionsValue: closing.positionsValue,
    positions: [...positions],
  };
}

/** In the words of the rules: decimals without the zeros that the database keeps. */
export function closingOf(row: StatementRow): Closing {
  const plain = (value: string) => moneyText(money(value));
  return {
    cash: plain(row.cash),
    positionsValue: plain(row.positionsValue),
    equity: plain(row.equity),
    contributed: plain(row.contributed),
    realizedPnl: plain(row.realizedPnl),
    feesPaid: plain(row.feesPaid),
  };
}
