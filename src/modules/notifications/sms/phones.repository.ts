import { Injectable } from '@nestjs/common';
import { and, eq, gt, inArray, isNotNull, lt, sql } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { notificationPhonesTable as phones, type PhoneRow } from './phones.table.js';

@Injectable()
export class PhonesRepository {
  constructor(private readonly database: Database) {}

  async find(userId: string): Promise<PhoneRow | undefined> {
    const [row] = await this.database.sql.select().from(phones).where(eq(phones.userId, userId));
    return row;
  }

  /** In place of the one before. */
  async save(row: PhoneRow): Promise<void> {
    const { userId: _, ...columns } = row;
    await this.database.sql
      .insert(phones)
      .values(row)
      .onConflictDoUpdate({ target: phones.userId, set: columns });
  }

  /** Takes one of the tries of a code that still counts. @returns undefined when there is none. */
  async takeTry(userId: string, maxTries: number, now: Date): Promise<PhoneRow | undefined> {
    const [row] = await this.database.sql
      .update(phones)
      .set({ tries: sql`${phones.tries} + 1` })
      .where(
        and(
          eq(phones.userId, userId),
          isNotNull(phones.sealedCode),
          lt(phones.tries, maxTries),
          gt(phones.codeExpiresAt, now),
        ),
      )
      .returning();
    return row;
  }

  /** @returns undefined when the number or its code was replaced meanwhile. */
  async verify(
    { userId, sealedCode }: PhoneRow & { readonly sealedCode: string },
    verifiedAt: Date,
  ): Promise<PhoneRow | undefined> {
    const [row] = await this.database.sql
      .update(phones)
      .set({ verifiedAt, sealedCode: null })
      .where(and(eq(phones.userId, userId), eq(phones.sealedCode, sealedCode)))
      .returning();
    return row;
  }

  async remove(userId: string): Promise<void> {
    await this.database.sql.delete(phones).where(eq(phones.userId, userId));
  }

  async listVerified(userIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.sql
      .select({ userId: phones.userId })
      .from(phones)
      .where(and(inArray(phones.userId, [...userIds]), isNotNull(phones.verifiedAt)));
    return rows.map(({ userId }) => userId);
  }
}
