import { Injectable } from '@nestjs/common';
import { and, eq } from 'drizzle-orm';
import { Database, type Sql } from '../../database/index.js';
import { credentialsTable } from './credentials.table.js';

@Injectable()
export class CredentialsRepository {
  constructor(private readonly database: Database) {}

  async insert(
    transaction: Sql,
    userId: string,
    passwordHash: string,
    updatedAt: Date,
  ): Promise<void> {
    await transaction.insert(credentialsTable).values({ userId, passwordHash, updatedAt });
  }

  /** Replaces the hash that was checked. @returns false when it has been replaced meanwhile. */
  async replacePasswordHash(
    transaction: Sql,
    userId: string,
    before: string,
    passwordHash: string,
    updatedAt: Date,
  ): Promise<boolean> {
    const replaced = await transaction
      .update(credentialsTable)
      .set({ passwordHash, updatedAt })
      .where(and(eq(credentialsTable.userId, userId), eq(credentialsTable.passwordHash, before)))
      .returning({ userId: credentialsTable.userId });
    return replaced.length === 1;
  }

  async findPasswordHash(userId: string): Promise<string | undefined> {
    const [row] = await this.database.sql
      .select({ passwordHash: credentialsTable.passwordHash })
      .from(credentialsTable)
      .where(eq(credentialsTable.userId, userId));
    return row?.passwordHash;
  }
}
