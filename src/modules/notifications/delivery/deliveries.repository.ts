import { Injectable } from '@nestjs/common';
import { and, eq, inArray, lt, or, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import type { DeliveryChannelName } from '../delivery-channels.js';
import {
  notificationDeliveriesTable as deliveries,
  type DeliveryRow,
  type DeliveryStatus,
} from '../notifications.table.js';

/** One message on its way: a notification, by a channel, to a target of it. */
export interface DeliveryKey {
  readonly notificationId: string;
  readonly channel: DeliveryChannelName;
  readonly target: string;
}

/** How an attempt ended. */
export interface AttemptEnd {
  readonly status: Exclude<DeliveryStatus, 'sending'>;
  readonly lastError: string | null;
  readonly sentAt: Date | null;
  readonly endedAt: Date;
}

/** The ways of notifications out of the system, and what became of them. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  async insertPending(
    transaction: Sql,
    keys: readonly DeliveryKey[],
    createdAt: Date,
  ): Promise<void> {
    if (keys.length === 0) return;
    await transaction.insert(deliveries).values(
      keys.map(({ notificationId, channel, target }) => ({
        notificationId,
        channel,
        target,
        status: 'pending' as const,
        attempts: 0,
        updatedAt: createdAt,
      })),
    );
  }

  async find(key: DeliveryKey): Promise<DeliveryRow | undefined> {
    const [row] = await this.database.sql.select().from(deliveries).where(is(key));
    return row;
  }

  /** Makes the delivery the caller's until `until`. @returns undefined when it is done, or another's. */
  async claim(key: DeliveryKey, now: Date, until: Date): Promise<DeliveryRow | undefined> {
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
          is(key),
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
    claimed: DeliveryRow,
    { status, lastError, sentAt, endedAt }: AttemptEnd,
  ): Promise<void> {
    await this.database.sql
      .update(deliveries)
      .set({ status, lastError, sentAt, claimedUntil: null, updatedAt: endedAt })
      .where(
        and(
          is(claimed),
          eq(deliveries.status, 'sending'),
          eq(deliveries.attempts, claimed.attempts),
        ),
      );
  }

  /** What is neither done nor was touched since `before`, oldest first: its job got lost. */
  async findForgotten(before: Date, limit: number): Promise<DeliveryKey[]> {
    return this.database.sql
      .select({
        notificationId: deliveries.notificationId,
        channel: deliveries.channel,
        target: deliveries.target,
      })
      .from(deliveries)
      .where(
        and(inArray(deliveries.status, ['pending', 'sending']), lt(deliveries.updatedAt, before)),
      )
      .orderBy(deliveries.updatedAt)
      .limit(limit);
  }
}

const is = ({ notificationId, channel, target }: DeliveryKey) =>
  and(
    eq(deliveries.notificationId, notificationId),
    eq(deliveries.channel, channel),
    eq(deliveries.target, target),
  );
