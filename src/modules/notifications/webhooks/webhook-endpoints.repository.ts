import { Injectable } from '@nestjs/common';
import { and, count, eq, inArray, isNull, sql } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import {
  webhookEndpointsTable as endpoints,
  type WebhookEndpointRow,
} from './webhook-endpoints.table.js';

@Injectable()
export class WebhookEndpointsRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when the user has `limit` of them already. */
  async insert(row: WebhookEndpointRow, limit: number): Promise<boolean> {
    return this.database.transaction(async ({ sql: transaction }) => {
      const key = `webhook_endpoints:${row.userId}`;
      await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
      const [found] = await transaction
        .select({ count: count() })
        .from(endpoints)
        .where(eq(endpoints.userId, row.userId));
      if ((found?.count ?? 0) >= limit) return false;
      await transaction.insert(endpoints).values(row);
      return true;
    });
  }

  async find(id: string): Promise<WebhookEndpointRow | undefined> {
    const [row] = await this.database.sql.select().from(endpoints).where(eq(endpoints.id, id));
    return row;
  }

  /** Oldest first. */
  async list(userId: string): Promise<WebhookEndpointRow[]> {
    return this.database.sql
      .select()
      .from(endpoints)
      .where(eq(endpoints.userId, userId))
      .orderBy(endpoints.id);
  }

  async listEnabled(
    userIds: readonly string[],
  ): Promise<Pick<WebhookEndpointRow, 'id' | 'userId'>[]> {
    return this.database.sql
      .select({ id: endpoints.id, userId: endpoints.userId })
      .from(endpoints)
      .where(and(inArray(endpoints.userId, [...userIds]), isNull(endpoints.disabledAt)))
      .orderBy(endpoints.id);
  }

  /** @returns undefined for one of somebody else. */
  async update(
    userId: string,
    id: string,
    change: Partial<Pick<WebhookEndpointRow, 'url' | 'disabledAt'>>,
  ): Promise<WebhookEndpointRow | undefined> {
    const [row] = await this.database.sql
      .update(endpoints)
      .set(change)
      .where(and(eq(endpoints.id, id), eq(endpoints.userId, userId)))
      .returning();
    return row;
  }

  /** Only while it leads to `url`. */
  async disable(id: string, url: string, disabledAt: Date): Promise<void> {
    await this.database.sql
      .update(endpoints)
      .set({ disabledAt })
      .where(and(eq(endpoints.id, id), eq(endpoints.url, url), isNull(endpoints.disabledAt)));
  }

  async remove(userId: string, id: string): Promise<boolean> {
    const removed = await this.database.sql
      .delete(endpoints)
      .where(and(eq(endpoints.id, id), eq(endpoints.userId, userId)))
      .returning({ id: endpoints.id });
    return removed.length > 0;
  }
}
