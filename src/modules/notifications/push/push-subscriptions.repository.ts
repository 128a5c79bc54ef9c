import { Injectable } from '@nestjs/common';
import { and, desc, eq, inArray, notInArray } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import {
  pushSubscriptionsTable as subscriptions,
  type PushSubscriptionRow,
} from './push-subscriptions.table.js';

@Injectable()
export class PushSubscriptionsRepository {
  constructor(private readonly database: Database) {}

  /** A browser has one, whoever uses it. Of the user's, only the `limit` latest stay. */
  async save(row: PushSubscriptionRow, limit: number): Promise<void> {
    await this.database.transaction(async ({ sql }) => {
      await sql.delete(subscriptions).where(eq(subscriptions.endpoint, row.endpoint));
      // Two at once: the one that is stored later stays.
      const { endpoint: _, ...columns } = row;
      await sql
        .insert(subscriptions)
        .values(row)
        .onConflictDoUpdate({ target: subscriptions.endpoint, set: columns });
      const latest = sql
        .select({ id: subscriptions.id })
        .from(subscriptions)
        .where(eq(subscriptions.userId, row.userId))
        .orderBy(desc(subscriptions.id))
        .limit(limit);
      await sql
        .delete(subscriptions)
        .where(and(eq(subscriptions.userId, row.userId), notInArray(subscriptions.id, latest)));
    });
  }

  async find(id: string): Promise<PushSubscriptionRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(subscriptions)
      .where(eq(subscriptions.id, id));
    return row;
  }

  /** Oldest first. */
  async list(userIds: readonly string[]): Promise<PushSubscriptionRow[]> {
    return this.database.sql
      .select()
      .from(subscriptions)
      .where(inArray(subscriptions.userId, [...userIds]))
      .orderBy(subscriptions.id);
  }

  async remove(userId: string, id: string): Promise<boolean> {
    const removed = await this.database.sql
      .delete(subscriptions)
      .where(and(eq(subscriptions.id, id), eq(subscriptions.userId, userId)))
      .returning({ id: subscriptions.id });
    return removed.length > 0;
  }
}
