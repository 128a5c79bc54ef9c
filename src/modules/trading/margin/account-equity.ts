import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../database/index.js';
import { money, sumOf, type Money } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import { valuePosition } from '../accounts/position-valuation.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import { equityBelowMinimum, shortSalesWork } from './margin.errors.js';
import { MarginRepository } from './margin.repository.js';

/** FINRA rule 4210(b)(4): nobody trades on margin with less, USD. */
const MINIMUM_EQUITY = money(2_000);

/** What an account is worth at the quotes of now: what it holds, less what it owes. */
@Injectable()
export class AccountEquity {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly margin: MarginRepository,
    private readonly quotes: QuotesService,
  ) {}

  /** The account must be locked. @throws AppError `trading.short_sales_work` */
  async assertNoShortSale(sql: Sql, accountId: string): Promise<void> {
    if (await this.margin.hasWorkingShortSale(sql, accountId)) throw shortSalesWork();
  }

  /** The account must be locked. @throws AppError `trading.equity_below_minimum` */
  async assertMinimum(sql: Sql, account: AccountRow): Promise<void> {
    const equity = await this.of(sql, account);
    if (equity.lt(MINIMUM_EQUITY)) throw equityBelowMinimum(MINIMUM_EQUITY, equity);
  }

  /** USD. What has no quote counts nothing. */
  async of(sql: Sql, { id, cash }: AccountRow): Promise<Money> {
    const rows = await this.executions.listPositions(sql, id);
    const values = rows
      .filter(({ quantity }) => !money(quantity).isZero())
      .map((row) => {
        const isQuoted = this.quotes.findInstrument(row.symbol) !== undefined;
        const quote = isQuoted ? this.quotes.currentQuote(row.symbol) : undefined;
        return valuePosition(row, quote).marketValue ?? '0';
      });
    return sumOf([cash, ...values]);
  }
}
