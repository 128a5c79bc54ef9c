import { Injectable } from '@nestjs/common';
import { and, count, desc, eq } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { credentialsTable } from '../credentials.table.js';
import { apiKeysTable, type ApiKeyRow } from './api-keys.table.js';

@Injectable()
export class ApiKeysRepository {
  constructor(private readonly database: Database) {}

  /** Keeps others from adding one for this user until the transaction ends. @returns how many there are */
  async lockAndCount(transaction: Sql, userId: string): Promise<number> {
    await transaction
      .select({ userId: credentialsTable.userId })
      .from(credentialsTable)
      .where(eq(credentialsTable.userId, userId))
      .for('update');
    const [row] = await transaction
      .select({ keys: count() })
      .from(apiKeysTable)
      .where(eq(apiKeysTable.userId, userId));
    return row?.keys ?? 0;
  }

  async insert(transaction: Sql, row: ApiKeyRow): Promise<void> {
    await transaction.insert(apiKeysTable).values(row);
  }

  /** Latest first. */
  list(userId: string): Promise<ApiKeyRow[]> {
    return this.database.sql
      .select()
      .from(apiKeysTable)
      .where(eq(apiKeysTable.userId, userId))
      .orderBy(desc(apiKeysTable.id));
  }

  /** Marks it as used. @returns undefined: there is none */
  async use(hash: string, now: Date): Promise<ApiKeyRow | undefined> {
    const [row] = await this.database.sql
      .update(apiKeysTable)
      .set({ lastUsedAt: now })
      .where(eq(apiKeysTable.hash, hash))
      .returning();
    return row;
  }

  async find(id: string): Promise<ApiKeyRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(apiKeysTable)
      .where(eq(apiKeysTable.id, id));
    return row;
  }

  /** @returns the hash of what was removed */
  async remove(userId: string, id: string): Promise<string | undefined> {
    const [row] = await this.database.sql
      .delete(apiKeysTable)
      .where(and(eq(apiKeysTable.userId, userId), eq(apiKeysTable.id, id)))
      .returning({ hash: apiKeysTable.hash });
    return row?.hash;
  }
}
