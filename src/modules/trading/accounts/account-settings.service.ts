import { Injectable } from '@nestjs/common';
import { AccountEquity } from '../margin/account-equity.js';
import type { Account } from '../trading.dto.js';
import type { AccountSettings } from './account-settings.dto.js';
import { toAccount } from '../trading.mappers.js';
import { AccountWork } from './account-work.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';

/** How an account works, as its owner wants it. */
@Injectable()
export class AccountSettingsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly rows: AccountsRepository,
    private readonly work: AccountWork,
    private readonly equity: AccountEquity,
  ) {}

  /**
   * From the next trade on: what was closed stays closed as it was.
   * @throws AppError `trading.equity_below_minimum` for short selling with less; `trading.short_sales_work` when it is
   *   switched off before those are over; `trading.account_busy`
   */
  async change(userId: string, settings: AccountSettings): Promise<Account> {
    const accountId = await this.accounts.idOf(userId);
    return this.work.run(accountId, async ({ sql }, account) => {
      const { shortSelling = account.shortSelling } = settings;
      if (shortSelling && !account.shortSelling) await this.equity.assertMinimum(sql, account);
      if (account.shortSelling && !shortSelling)
        await this.equity.assertNoShortSale(sql, accountId);
      return toAccount(await this.rows.changeSettings(sql, accountId, settings));
    });
  }
}
