import { Injectable } from '@nestjs/common';
import { and, eq, gt, gte, exists, inArray, ne, or, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { accountsTable, type AccountRow } from './accounts.table.js';
import { positionsTable } from '../execution/executions.table.js';
import { WORKING_STATUSES } from '../orders/order-state.js';
import { ordersTable } from '../orders/orders.table.js';

export interface ActiveAccount {
  readonly accountId: string;
  readonly userId: string;
}

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

  /** Accounts that hold something or have traded since `since`, in the order of their ids. */
  async listActive(
    since: Date,
    afterId: string | undefined,
    limit: number,
  ): Promise<ActiveAccount[]> {
    const connection = this.database.sql;
    const active = connection
      .select({ one: sql`1` })
      .from(positionsTable)
      .where(
        and(
          eq(positionsTable.accountId, accountsTable.id),
          or(ne(positionsTable.quantity, '0'), gte(positionsTable.updatedAt, since)),
        ),
      );
    return connection
      .select({ accountId: accountsTable.id, userId: accountsTable.userId })
      .from(accountsTable)
      .where(and(afterId === undefined ? undefined : gt(accountsTable.id, afterId), exists(active)))
      .orderBy(accountsTable.id)
      .limit(limit);
  }
}
