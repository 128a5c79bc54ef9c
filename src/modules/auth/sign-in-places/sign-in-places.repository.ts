import { Injectable } from '@nestjs/common';
import { aliasedTable, and, desc, eq, exists, gt, inArray, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { signInPlacesTable as places } from './sign-in-places.table.js';

@Injectable()
export class SignInPlacesRepository {
  constructor(private readonly database: Database) {}

  /** Until the transaction ends, no other sign-in of the user is noted. */
  async lock(transaction: Sql, userId: string): Promise<void> {
    const key = `sign-in-places:${userId}`;
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
  }

  /** @returns false when the user has never signed in anywhere. */
  async hasAny(transaction: Sql, userId: string): Promise<boolean> {
    const found = await transaction
      .select({ userId: places.userId })
      .from(places)
      .where(eq(places.userId, userId))
      .limit(1);
    return found.length > 0;
  }

  /** @returns false when it was not known. */
  async touch(transaction: Sql, userId: string, placeHash: string, usedAt: Date): Promise<boolean> {
    const touched = await transaction
      .update(places)
      .set({ usedAt })
      .where(and(eq(places.userId, userId), eq(places.placeHash, placeHash)))
      .returning({ userId: places.userId });
    return touched.length > 0;
  }

  /** Beyond `maxPerUser` the one that was not used for longest makes room. */
  async insert(
    transaction: Sql,
    row: typeof places.$inferInsert,
    maxPerUser: number,
  ): Promise<void> {
    await transaction.insert(places).values(row);
    const surplus = transaction
      .select({ placeHash: places.placeHash })
      .from(places)
      .where(eq(places.userId, row.userId))
      .orderBy(desc(places.usedAt), desc(places.placeHash))
      .offset(maxPerUser);
    await transaction
      .delete(places)
      .where(and(eq(places.userId, row.userId), inArray(places.placeHash, surplus)));
  }

  /** Never the last one of a user: whoever comes after years, from elsewhere, is not the first. @returns how many, up to `limit`. */
  async forget(usedBefore: Date, limit: number): Promise<number> {
    const later = aliasedTable(places, 'later');
    const isLater = and(eq(later.userId, places.userId), gt(later.usedAt, places.usedAt));
    const old = this.database.sql
      .select({ userId: places.userId, placeHash: places.placeHash })
      .from(places)
      .where(
        and(
          lt(places.usedAt, usedBefore),
          exists(this.database.sql.select({ userId: later.userId }).from(later).where(isLater)),
        ),
      )
      .orderBy(places.usedAt)
      .limit(limit);
    const forgotten = await this.database.sql
      .delete(places)
      .where(sql`(${places.userId}, ${places.placeHash}) in ${old}`)
      .returning({ userId: places.userId });
    return forgotten.length;
  }
}
