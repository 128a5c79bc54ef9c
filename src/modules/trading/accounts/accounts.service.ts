import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Database, type Sql, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { money } from '../../../kernel/money.js';
import { AccountEquity } from '../margin/account-equity.js';
import { Ledger } from '../ledger/ledger.js';
import { transfer } from '../ledger/postings.js';
import { AccountsRepository, type ActiveAccount } from './accounts.repository.js';
import type { AccountRow } from './accounts.table.js';
import type { Account, AccountSettings } from '../trading.dto.js';
import { toAccount } from '../trading.mappers.js';

/** Paper accounts: cash that is not real, accounted for as if it were. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly ledger: Ledger,
    private readonly database: Database,
    private readonly margin: AccountEquity,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The user's account, opened with the starting cash if this is its first use. Never from a cache. */
  async getOrOpen(userId: string): Promise<AccountRow> {
    const found = await this.accounts.findByUser(this.database.sql, userId);
    if (found) return found;
    await this.database.transaction((transaction) => this.#open(transaction, userId));
    // Read again: a request at the same moment may have opened it first.
    return this.#get(this.database.sql, userId);
  }

  /** The user's account, if it has been opened. Never from a cache. */
  find(userId: string): Promise<AccountRow | undefined> {
    return this.accounts.findByUser(this.database.sql, userId);
  }

  async view(userId: string): Promise<Account> {
    await this.getOrOpen(userId);
    return this.database.snapshot((sql) => this.viewWithin(sql, userId));
  }

  /**
   * From the next trade on: what was closed stays closed as it was.
   * @throws AppError `trading.equity_below_minimum` for short selling with less; `trading.short_sales_work` when it is
   *   switched off before those are over
   */
  async changeSettings(userId: string, settings: AccountSettings): Promise<Account> {
    const { id } = await this.getOrOpen(userId);
    return this.database.transaction(async ({ sql }) => {
      const account = await this.accounts.lock(sql, id);
      const { shortSelling = account.shortSelling } = settings;
      if (shortSelling && !account.shortSelling) await this.margin.assertMinimum(sql, account);
      if (account.shortSelling && !shortSelling) await this.margin.assertNoShortSale(sql, id);
      return toAccount(await this.accounts.changeSettings(sql, id, settings));
    });
  }

  /** {@link view} as part of a larger snapshot; the account must be open. */
  async viewWithin(sql: Sql, userId: string): Promise<Account> {
    const row = await this.#get(sql, userId);
    return toAccount(row);
  }

  /**
   * Accounts whose worth can have changed since `since`: they hold something, or have traded. In batches,
   * by id; `afterAccountId` is the last one of the batch before.
   */
  listActive(
    since: Date,
    afterAccountId: string | undefined,
    limit: number,
  ): Promise<ActiveAccount[]> {
    return this.accounts.listActive(since, afterAccountId, limit);
  }

  async #open(transaction: Transaction, userId: string): Promise<void> {
    const { startingCash } = this.config.trading;
    const accountId = newId();
    const opened = await this.accounts.insert(transaction.sql, {
      id: accountId,
      userId,
      currency: 'USD',
      startingCash,
      cash: '0',
      reservedCash: '0',
      collateral: '0',
      contributed: '0',
      feesPaid: '0',
      ledgerSeq: 0,
      lotMethod: 'fifo',
      shortSelling: false,
      pendingActions: 0,
      createdAt: new Date(this.clock.nowMs()),
    });
    if (!opened) return;
    const postings = transfer(money(startingCash));
    // It may start with nothing.
    if (postings.length === 0) return;
    await this.ledger.post(transaction, { accountId, kind: 'opening', postings });
  }

  async #get(sql: Sql, userId: string): Promise<AccountRow> {
    const row = await this.accounts.findByUser(sql, userId);
    if (!row) throw new Error(`user ${userId} has no account`);
    return row;
  }
}
