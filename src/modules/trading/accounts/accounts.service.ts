import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../../../config/config.js';
import { Database, type Sql, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { money } from '../../../kernel/money.js';
import { Ledger } from '../ledger/ledger.js';
import { transfer } from '../ledger/postings.js';
import { AccountsRepository, type ActiveAccount } from './accounts.repository.js';
import type { AccountRow } from './accounts.table.js';
import type { Account } from '../trading.dto.js';
import { toAccount } from '../trading.mappers.js';

/** About 100 bytes each. */
const MOST_KNOWN_IDS = 20_000;

/** Paper accounts: cash that is not real, accounted for as if it were. */
@Injectable()
export class AccountsService {
  readonly #ids = new LRUCache<string, string>({ max: MOST_KNOWN_IDS });

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly ledger: Ledger,
    private readonly database: Database,
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

  /** {@link getOrOpen}, of which only the id is wanted: an account is its user's for ever, so it is asked for once. */
  async idOf(userId: string): Promise<string> {
    const known = this.#ids.get(userId);
    if (known !== undefined) return known;
    const { id } = await this.getOrOpen(userId);
    this.#ids.set(userId, id);
    return id;
  }

  /** The user's account, if it has been opened. Never from a cache. */
  find(userId: string): Promise<AccountRow | undefined> {
    return this.accounts.findByUser(this.database.sql, userId);
  }

  async view(userId: string): Promise<Account> {
    await this.getOrOpen(userId);
    return this.database.snapshot((sql) => this.viewWithin(sql, userId));
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

  /** All of them, the accounts after `afterAccountId` in the order of their ids. */
  listAll(afterAccountId: string | undefined, limit: number): Promise<ActiveAccount[]> {
    return this.accounts.listAll(afterAccountId, limit);
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
