import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../../../database/index.js';
import { Clock } from '../../../../kernel/clock.js';
import { isId } from '../../../../kernel/ids.js';
import { AccountWork } from '../../accounts/account-work.js';
import { AccountsService } from '../../accounts/accounts.service.js';
import { accountNotFound } from '../../trading.errors.js';
import { amountOrNull } from '../../trading.mappers.js';
import type { AccountLimits } from './account-limits.dto.js';
import { AccountLimitsRepository } from './account-limits.repository.js';

/** What an operator allows a single account, in place of what everybody may. */
@Injectable()
export class AccountLimitsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly work: AccountWork,
    private readonly limits: AccountLimitsRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws AppError `trading.account_not_found` */
  async get(userId: string): Promise<AccountLimits> {
    const row = await this.limits.find(this.database.sql, await this.#accountId(userId));
    return {
      maxOrderQuantity: amountOrNull(row?.maxOrderQuantity),
      maxOrderNotional: amountOrNull(row?.maxOrderNotional),
      maxPositionNotional: amountOrNull(row?.maxPositionNotional),
      priceCollarPercent: amountOrNull(row?.priceCollarPercent),
    };
  }

  /** Holds for the next order; those that work stay. @throws AppError `trading.account_not_found` */
  async put(userId: string, limits: AccountLimits): Promise<AccountLimits> {
    const accountId = await this.#accountId(userId);
    const updatedAt = new Date(this.clock.nowMs());
    await this.work.run(accountId, ({ sql }) =>
      this.limits.put(sql, { accountId, ...limits, updatedAt }),
    );
    return this.get(userId);
  }

  async #accountId(userId: string): Promise<string> {
    const account = isId(userId) ? await this.accounts.find(userId) : undefined;
    if (!account) throw accountNotFound();
    return account.id;
  }
}
