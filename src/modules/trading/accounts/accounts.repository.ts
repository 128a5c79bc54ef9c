import { Injectable } from '@nestjs/common';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { accountsTable, type AccountRow } from './accounts.table.js';
import { WORKING_STATUSES } from '../orders/order-state.js';
import { ordersTable } from '../orders/orders.table.js';

@Injectable()
export class AccountsRepository {
  constructor(private readonly database: Database) {}

  async findByUser(connection: Sql, userId: string): Promise<AccountRow | undefined> {
    const [row] = await connection
      .select()
      .from(accountsTable)
      .where(eq(accountsTable.userId, userId));
    return row;
  }

  /** Does nothing when the user has an account already. */
  async insert(row: AccountRow): Promise<void> {
    await this.database.sql.insert(accountsTable).values(row).onConflictDoNothing();
  }

  /** Until the transaction ends, nobody else changes the account, its orders or its positions. */
  async lock(transaction: Sql, accountId: string): Promise<AccountRow> {
    const [row] = await transaction
      .select()
      .from(accountsTable)
      .where(eq(accountsTable.id, accountId))
      .for('update');
    if (!row) throw new Error(`account ${accountId} has vanished`);
    return row;
  }

  async setCash(transaction: Sql, accountId: string, cash: string): Promise<void> {
    await transaction.update(accountsTable).set({ cash }).where(eq(accountsTable.id, accountId));
  }

  /** USD that working buy orders hold back, apart from `exceptOrderId`. */
  async reservedCash(connection: Sql, accountId: string, exceptOrderId?: string): Promise<Money> {
    const [row] = await connection
      .select({
        reserved: sql<string>`coalesce(sum(${ordersTable.reservedCash}) filter (where ${ordersTable.id} is distinct from ${exceptOrderId ?? null}::uuid), 0)`,
      })
      .from(ordersTable)
      .where(
        and(
          eq(ordersTable.accountId, accountId),
          inArray(ordersTable.status, [...WORKING_STATUSES]),
        ),
      );
    return money(row?.reserved ?? 0);
  }
}
