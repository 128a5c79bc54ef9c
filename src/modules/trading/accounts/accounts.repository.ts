import { Injectable } from '@nestjs/common';
import { and, eq, gt, gte, exists, ne, or, sql } from 'drizzle-orm';
import { Database, madeOnce, type Sql } from '../../../database/index.js';
import { accountsTable, type AccountRow } from './accounts.table.js';
import type { AccountSettings } from './account-settings.dto.js';
import { positionsTable } from '../execution/executions.table.js';

export interface ActiveAccount {
  readonly accountId: string;
  readonly userId: string;
}

@Injectable()
export class AccountsRepository {
  readonly #locked = madeOnce<{ id: string }, AccountRow[]>((connection) =>
    connection
      .select()
      .from(accountsTable)
      .where(eq(accountsTable.id, sql.placeholder('id')))
      .for('update')
      .prepare('accounts.lock'),
  );

  constructor(private readonly database: Database) {}

  async findByUser(connection: Sql, userId: string): Promise<AccountRow | undefined> {
    const [row] = await connection
      .select()
      .from(accountsTable)
      .where(eq(accountsTable.userId, userId));
    return row;
  }

  async get(connection: Sql, id: string): Promise<AccountRow> {
    const [row] = await connection.select().from(accountsTable).where(eq(accountsTable.id, id));
    if (!row) throw new Error(`account ${id} has vanished`);
    return row;
  }

  async listIds(afterId: string | undefined, limit: number): Promise<string[]> {
    return (await this.listAll(afterId, limit)).map(({ accountId }) => accountId);
  }

  listAll(afterId: string | undefined, limit: number): Promise<ActiveAccount[]> {
    return this.database.sql
      .select({ accountId: accountsTable.id, userId: accountsTable.userId })
      .from(accountsTable)
      .where(afterId === undefined ? undefined : gt(accountsTable.id, afterId))
      .orderBy(accountsTable.id)
      .limit(limit);
  }

  /** @returns false when the user has an account already: nothing is done then. */
  async insert(transaction: Sql, row: AccountRow): Promise<boolean> {
    const inserted = await transaction
      .insert(accountsTable)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: accountsTable.id });
    return inserted.length === 1;
  }

  /** Until the transaction ends, nobody else changes the account, its orders or its positions. */
  async lock(transaction: Sql, accountId: string): Promise<AccountRow> {
    const [row] = await this.#locked(transaction, { id: accountId });
    if (!row) throw new Error(`account ${accountId} has vanished`);
    return row;
  }

  /** The account must be locked. */
  async changeSettings(
    transaction: Sql,
    id: string,
    settings: { readonly [Name in keyof AccountSettings]: AccountSettings[Name] | undefined },
  ): Promise<AccountRow> {
    const [row] = await transaction
      .update(accountsTable)
      .set(settings)
      .where(eq(accountsTable.id, id))
      .returning();
    if (!row) throw new Error(`account ${id} has vanished`);
    return row;
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
