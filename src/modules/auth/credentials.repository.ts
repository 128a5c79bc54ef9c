import { Injectable } from '@nestjs/common';
import { eq } from 'drizzle-orm';
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

  async findPasswordHash(userId: string): Promise<string | undefined> {
    const [row] = await this.database.sql
      .select({ passwordHash: credentialsTable.passwordHash })
      .from(credentialsTable)
      .where(eq(credentialsTable.userId, userId));
    return row?.passwordHash;
  }
}
