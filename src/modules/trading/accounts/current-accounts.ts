import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { ActionApplication } from '../corporate-actions/action-application.js';
import { AccountsRepository } from './accounts.repository.js';
import type { AccountRow } from './accounts.table.js';

/** Accounts to trade with: what was announced of their symbols is applied first. */
@Injectable()
export class CurrentAccounts {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly actions: ActionApplication,
  ) {}

  /** Until the transaction ends, nobody else changes the account, its orders or its positions. */
  async lock(transaction: Transaction, accountId: string): Promise<AccountRow> {
    const account = await this.accounts.lock(transaction.sql, accountId);
    const hasChanged = await this.actions.applyPending(transaction, account);
    return hasChanged ? this.reread(transaction, accountId) : account;
  }

  /** One that is locked, as it is now: what was done since may have changed it. */
  reread({ sql }: Transaction, accountId: string): Promise<AccountRow> {
    return this.accounts.get(sql, accountId);
  }
}
