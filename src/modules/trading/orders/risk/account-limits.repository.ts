import { Injectable } from '@nestjs/common';
import { eq, sql } from 'drizzle-orm';
import { madeOnce, type Sql } from '../../../../database/index.js';
import { accountLimitsTable, type AccountLimitsRow } from './account-limits.table.js';

@Injectable()
export class AccountLimitsRepository {
  readonly #ofAccount = madeOnce<{ accountId: string }, AccountLimitsRow[]>((connection) =>
    connection
      .select()
      .from(accountLimitsTable)
      .where(eq(accountLimitsTable.accountId, sql.placeholder('accountId')))
      .prepare('account-limits.find'),
  );

  async find(connection: Sql, accountId: string): Promise<AccountLimitsRow | undefined> {
    const [row] = await this.#ofAccount(connection, { accountId });
    return row;
  }

  async put(transaction: Sql, row: AccountLimitsRow): Promise<void> {
    const { accountId: _accountId, ...set } = row;
    await transaction
      .insert(accountLimitsTable)
      .values(row)
      .onConflictDoUpdate({ target: accountLimitsTable.accountId, set });
  }
}
