import { Injectable } from '@nestjs/common';
import { and, desc, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { notificationsTable, type NotificationRow } from '../notifications.table.js';

export interface NotificationFilter {
  readonly unread?: boolean | undefined;
  /** Only notifications from before this one. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

  /** Until the transaction ends, no other one that asks stores a notification of these users. In one order: nobody waits in a circle. */
  async lock(transaction: Sql, userIds: readonly string[]): Promise<void> {
    for (const userId of [...userIds].sort()) {
      const key = `notifications:${userId}`;
      await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
    }
  }

  /** @returns those that were not there yet. */
  async insertNew(transaction: Sql, rows: NotificationRow[]): Promise<NotificationRow[]> {
    if (rows.length === 0) return [];
    return transaction
      .insert(notificationsTable)
      .values(rows)
      .onConflictDoNothing({ target: [notificationsTable.userId, notificationsTable.dedupeKey] })
      .returning();
  }

  async find(id: string): Promise<NotificationRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(notificationsTable)
      .where(eq(notificationsTable.id, id));
    return row;
  }

  /** Newest first. */
  async list(
    userId: string,
    { unread, beforeId, limit }: NotificationFilter,
  ): Promise<NotificationRow[]> {
    return this.database.sql
      .select()
      .from(notificationsTable)
      .where(
        and(
          isOwnInApp(userId),
          unread === undefined ? undefined : readState(unread),
          beforeId === undefined ? undefined : lt(notificationsTable.id, beforeId),
        ),
      )
      .orderBy(desc(notificationsTable.id))
      .limit(limit);
  }

  /** Stops counting at `limit`. */
  async countUnread(userId: string, limit: number): Promise<number> {
    const unread = this.database.sql
      .select({ id: notificationsTable.id })
      .from(notificationsTable)
      .where(and(isOwnInApp(userId), readState(true)))
      .limit(limit)
      .as('unread');
    const [row] = await this.database.sql
      .select({ unread: sql<number>`count(*)::int` })
      .from(unread);
    return row?.unread ?? 0;
  }

  /** What is read already keeps its time; `null` makes it unread. @returns undefined for a notification of somebody else. */
  async setReadAt(
    userId: string,
    id: string,
    readAt: Date | null,
  ): Promise<NotificationRow | undefined> {
    const [row] = await this.database.sql
      .update(notificationsTable)
      .set({
        readAt:
          readAt === null
            ? null
            : sql`coalesce(${notificationsTable.readAt}, ${readAt.toISOString()}::timestamptz)`,
      })
      .where(and(isOwnInApp(userId), eq(notificationsTable.id, id)))
      .returning();
    return row;
  }

  /** @returns how many became read. */
  async readAll(userId: string, readAt: Date): Promise<number> {
    const rows = await this.database.sql
      .update(notificationsTable)
      .set({ readAt })
      .where(and(isOwnInApp(userId), readState(true)))
      .returning({ id: notificationsTable.id });
    return rows.length;
  }
}

const isOwnInApp = (userId: string) =>
  and(eq(notificationsTable.userId, userId), eq(notificationsTable.inApp, true));

const readState = (unread: boolean) =>
  unread ? isNull(notificationsTable.readAt) : isNotNull(notificationsTable.readAt);
