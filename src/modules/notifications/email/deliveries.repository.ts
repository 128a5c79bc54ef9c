import { Injectable } from '@nestjs/common';
import { and, eq, inArray, lt, or, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import {
  notificationDeliveriesTable as deliveries,
  type DeliveryRow,
  type DeliveryStatus,
} from '../notifications.table.js';

/** How an attempt ended. */
export interface AttemptEnd {
  readonly status: Exclude<DeliveryStatus, 'sending'>;
  readonly lastError: string | null;
  readonly sentAt: Date | null;
  readonly endedAt: Date;
}

/** The e-mails of notifications and what became of them. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  async insertPending(
    transaction: Sql,
    notificationIds: readonly string[],
    createdAt: Date,
  ): Promise<void> {
    if (notificationIds.length === 0) return;
    await transaction.insert(deliveries).values(
      notificationIds.map((notificationId) => ({
        notificationId,
        channel: 'email' as const,
        status: 'pending' as const,
        attempts: 0,
        updatedAt: createdAt,
      })),
    );
  }

  async find(notificationId: string): Promise<DeliveryRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(deliveries)
      .where(isEmailOf(notificationId));
    return row;
  }

  /** Makes the e-mail the caller's until `until`. @returns undefined when it is done, or another's. */
  async claim(notificationId: string, now: Date, until: Date): Promise<DeliveryRow | undefined> {
    const [row] = await this.database.sql
      .update(deliveries)
      .set({
        status: 'sending',
        attempts: sql`${deliveries.attempts} + 1`,
        claimedUntil: until,
        updatedAt: now,
      })
      .where(
        and(
          isEmailOf(notificationId),
          or(
            eq(deliveries.status, 'pending'),
            and(eq(deliveries.status, 'sending'), lt(deliveries.claimedUntil, now)),
          ),
        ),
      )
      .returning();
    return row;
  }

  /** Only while the claim is the caller's still. */
  async finish(
    { notificationId, attempts }: DeliveryRow,
    { status, lastError, sentAt, endedAt }: AttemptEnd,
  ): Promise<void> {
    await this.database.sql
      .update(deliveries)
      .set({ status, lastError, sentAt, claimedUntil: null, updatedAt: endedAt })
      .where(
        and(
          isEmailOf(notificationId),
          eq(deliveries.status, 'sending'),
          eq(deliveries.attempts, attempts),
        ),
      );
  }

  /** E-mails that are neither done nor were touched since `before`, oldest first: their job got lost. */
  async findForgotten(before: Date, limit: number): Promise<string[]> {
    const rows = await this.database.sql
      .select({ notificationId: deliveries.notificationId })
      .from(deliveries)
      .where(
        and(inArray(deliveries.status, ['pending', 'sending']), lt(deliveries.updatedAt, before)),
      )
      .orderBy(deliveries.updatedAt)
      .limit(limit);
    return rows.map(({ notificationId }) => notificationId);
  }
}

const isEmailOf = (notificationId: string) =>
  and(eq(deliveries.notificationId, notificationId), eq(deliveries.channel, 'email'));
