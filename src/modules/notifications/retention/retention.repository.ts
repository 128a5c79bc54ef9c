import { Injectable } from '@nestjs/common';
import { and, eq, gte, inArray, isNotNull, lt, notExists, or } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import {
  notificationDeliveriesTable as deliveries,
  notificationsTable as notifications,
  type DeliveryStatus,
} from '../notifications.table.js';

const UNFINISHED: readonly DeliveryStatus[] = ['held', 'gathered', 'pending', 'sending'];

/** From before which moments notifications are not kept. */
export interface RetentionBounds {
  readonly before: Date;
  /** Of those in a list that nobody has read. */
  readonly unreadBefore: Date;
}

export interface RetentionBatch {
  readonly deleted: number;
  /** Where to go on; undefined: there are no more. */
  readonly from: Date | undefined;
}

@Injectable()
export class RetentionRepository {
  constructor(private readonly database: Database) {}

  /**
   * The oldest first, with their deliveries; none of which one is still to be sent. @param from of the batch before: what it left,
   * in case that is much, is not looked at again
   */
  deleteBatch(
    { before, unreadBefore }: RetentionBounds,
    limit: number,
    from?: Date,
  ): Promise<RetentionBatch> {
    return this.database.transaction(async ({ sql }) => {
      const unfinished = sql
        .select({ id: deliveries.notificationId })
        .from(deliveries)
        .where(
          and(
            eq(deliveries.notificationId, notifications.id),
            inArray(deliveries.status, [...UNFINISHED]),
          ),
        );
      const old = await sql
        .select({ id: notifications.id, createdAt: notifications.createdAt })
        .from(notifications)
        .where(
          and(
            lt(notifications.createdAt, before),
            from && gte(notifications.createdAt, from),
            or(
              isNotNull(notifications.readAt),
              eq(notifications.inApp, false),
              lt(notifications.createdAt, unreadBefore),
            ),
            notExists(unfinished),
          ),
        )
        .orderBy(notifications.createdAt)
        .limit(limit)
        .for('update', { skipLocked: true });
      const ids = old.map(({ id }) => id);
      if (ids.length > 0) {
        await sql.delete(deliveries).where(inArray(deliveries.notificationId, ids));
        await sql.delete(notifications).where(inArray(notifications.id, ids));
      }
      return {
        deleted: ids.length,
        from: ids.length === limit ? old.at(-1)?.createdAt : undefined,
      };
    });
  }
}
