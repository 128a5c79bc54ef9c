import { Injectable } from '@nestjs/common';
import { arrayContains, eq } from 'drizzle-orm';
import { Database, type Sql } from '../../database/index.js';
import type { UserRole } from '../../kernel/principal.js';
import { usersTable, type UserRow } from './users.table.js';

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when the address has an account already. */
  async insert(transaction: Sql, row: UserRow): Promise<boolean> {
    const inserted = await transaction
      .insert(usersTable)
      .values(row)
      .onConflictDoNothing({ target: usersTable.email })
      .returning({ id: usersTable.id });
    return inserted.length === 1;
  }

  async find(id: string): Promise<UserRow | undefined> {
    const [row] = await this.database.sql.select().from(usersTable).where(eq(usersTable.id, id));
    return row;
  }

  async findIdByEmail(email: string): Promise<string | undefined> {
    const [row] = await this.database.sql
      .select({ id: usersTable.id })
      .from(usersTable)
      .where(eq(usersTable.email, email));
    return row?.id;
  }

  async hasAnyWithRole(role: UserRole): Promise<boolean> {
    const rows = await this.database.sql
      .select({ id: usersTable.id })
      .from(usersTable)
      .where(arrayContains(usersTable.roles, [role]))
      .limit(1);
    return rows.length > 0;
  }

  async listIdsWithRole(role: UserRole, limit: number): Promise<string[]> {
    const rows = await this.database.sql
      .select({ id: usersTable.id })
      .from(usersTable)
      .where(arrayContains(usersTable.roles, [role]))
      .orderBy(usersTable.id)
      .limit(limit);
    return rows.map(({ id }) => id);
  }

  async updateDisplayName(
    id: string,
    displayName: string,
    updatedAt: Date,
  ): Promise<UserRow | undefined> {
    const [row] = await this.database.sql
      .update(usersTable)
      .set({ displayName, updatedAt })
      .where(eq(usersTable.id, id))
      .returning();
    return row;
  }
}
