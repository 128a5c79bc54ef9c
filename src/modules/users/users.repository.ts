import { Injectable } from '@nestjs/common';
import { and, arrayContains, desc, eq, ilike, isNull, lt, or } from 'drizzle-orm';
import { Database, type Sql } from '../../database/index.js';
import type { UserRole } from '../../kernel/principal.js';
import { usersTable, type UserRow } from './users.table.js';

export interface UserFilter {
  readonly q?: string | undefined;
  /** Only users who registered before this one. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

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

  /** Newest first. */
  async list({ q, beforeId, limit }: UserFilter): Promise<UserRow[]> {
    const pattern = q === undefined ? undefined : `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
    return this.database.sql
      .select()
      .from(usersTable)
      .where(
        and(
          beforeId === undefined ? undefined : lt(usersTable.id, beforeId),
          pattern === undefined
            ? undefined
            : or(ilike(usersTable.email, pattern), ilike(usersTable.displayName, pattern)),
        ),
      )
      .orderBy(desc(usersTable.id))
      .limit(limit);
  }

  /**
   * Admins who can sign in, locked until the transaction ends: of two changes that each leave one admin, the
   * second sees what the first did.
   */
  async lockActiveAdmins(transaction: Sql): Promise<string[]> {
    const rows = await transaction
      .select({ id: usersTable.id })
      .from(usersTable)
      .where(and(arrayContains(usersTable.roles, ['admin']), isNull(usersTable.disabledAt)))
      .orderBy(usersTable.id)
      .for('update');
    return rows.map(({ id }) => id);
  }

  async findForUpdate(transaction: Sql, id: string): Promise<UserRow | undefined> {
    const [row] = await transaction
      .select()
      .from(usersTable)
      .where(eq(usersTable.id, id))
      .for('update');
    return row;
  }

  async update(
    connection: Sql,
    id: string,
    change: Partial<Pick<UserRow, 'displayName' | 'roles' | 'disabledAt' | 'settings'>>,
    updatedAt: Date,
  ): Promise<UserRow | undefined> {
    const [row] = await connection
      .update(usersTable)
      .set({ ...change, updatedAt })
      .where(eq(usersTable.id, id))
      .returning();
    return row;
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
      .where(and(arrayContains(usersTable.roles, [role]), isNull(usersTable.disabledAt)))
      .orderBy(usersTable.id)
      .limit(limit);
    return rows.map(({ id }) => id);
  }
}
