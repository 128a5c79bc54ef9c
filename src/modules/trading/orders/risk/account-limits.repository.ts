import { Injectable } from '@nestjs/common';
import { eq } from 'drizzle-orm';
import type { Sql } from '../../../../database/index.js';
import { accountLimitsTable, type AccountLimitsRow } from './account-limits.table.js';

@Injectable()
export class AccountLimitsRepository {
  async find(connection: Sql, accountId: string): Promise<AccountLimitsRow | undefined> {
    const [row] = await connection
      .select()
      .from(accountLimitsTable)
      .where(eq(accountLimitsTable.accountId, accountId));
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
