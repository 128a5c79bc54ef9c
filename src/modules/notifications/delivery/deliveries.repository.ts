import { Injectable } from '@nestjs/common';
import { and, eq, inArray, lt, lte, min, or, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { isKnownAgain, type DeliveryChannelName } from '../delivery-channels.js';
import type { NotificationKind } from '../notification-kinds.js';
import type { DeliveryMoment } from '../preferences/delivery-moment.js';
import {
  notificationDeliveriesTable as deliveries,
  notificationsTable as notifications,
  type DeliveryRow,
  type DeliveryStatus,
} from '../notifications.table.js';

/** One message on its way: a notification, by a channel, to a target of it. */
export interface DeliveryKey {
  readonly notificationId: string;
  readonly channel: DeliveryChannelName;
  readonly target: string;
}

/** What makes a job of a delivery. */
export interface DeliveryToSend extends DeliveryKey {
  readonly kind: NotificationKind;
}

export interface ForgottenDelivery extends DeliveryToSend {
  readonly updatedAt: Date;
}

const TO_SEND = {
  notificationId: deliveries.notificationId,
  channel: deliveries.channel,
  target: deliveries.target,
  kind: notifications.kind,
};

/** How an attempt ended. */
export interface AttemptEnd {
  readonly status: Exclude<DeliveryStatus, 'sending'>;
  readonly lastError: string | null;
  readonly sentAt: Date | null;
  readonly endedAt: Date;
  /** The delivery waits until then. */
  readonly dueAt: Date | null;
  /** false: it was none, nothing was sent. */
  readonly counts: boolean;
}

/** The ways of notifications out of the system, and what became of them. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  async insert(
    transaction: Sql,
    ways: readonly (DeliveryKey & { readonly moment: DeliveryMoment })[],
    createdAt: Date,
  ): Promise<void> {
    if (ways.length === 0) return;
    await transaction.insert(deliveries).values(
      ways.map(({ notificationId, channel, target, moment }) => ({
        notificationId,
        channel,
        target,
        status: moment.status,
        dueAt: 'dueMs' in moment ? new Date(moment.dueMs) : null,
        attempts: 0,
        updatedAt: createdAt,
      })),
    );
  }

  /** Held ones that are due become pending. @returns up to `limit` of them; each once, whoever asks at the same time. */
  async releaseDue(transaction: Sql, now: Date, limit: number): Promise<DeliveryToSend[]> {
    const due = await transaction
      .select(TO_SEND)
      .from(deliveries)
      .innerJoin(notifications, eq(notifications.id, deliveries.notificationId))
      .where(and(eq(deliveries.status, 'held'), lte(deliveries.dueAt, now)))
      .orderBy(deliveries.dueAt)
      .limit(limit)
      .for('update', { of: deliveries, skipLocked: true });
    for (const key of due) {
      const released = { status: 'pending' as const, dueAt: null, updatedAt: now };
      await transaction.update(deliveries).set(released).where(is(key));
    }
    return due;
  }

  /** Who has gathered something that is due, the longest wait first. */
  async usersToDigest(now: Date, limit: number): Promise<string[]> {
    const rows = await this.database.sql
      .select({ userId: notifications.userId })
      .from(deliveries)
      .innerJoin(notifications, eq(notifications.id, deliveries.notificationId))
      .where(and(eq(deliveries.status, 'gathered'), lte(deliveries.dueAt, now)))
      .groupBy(notifications.userId)
      .orderBy(min(deliveries.dueAt))
      .limit(limit);
    return rows.map(({ userId }) => userId);
  }

  /**
   * What a user has gathered becomes part of one mail, however much it is; each once, whoever asks. What is not of the `wanted`
   * kinds any more is skipped.
   * @returns how many they are, and the titles of the first `limit`, oldest first
   */
  async takeGathered(
    transaction: Sql,
    userId: string,
    wanted: readonly NotificationKind[],
    limit: number,
    now: Date,
  ): Promise<{ count: number; titles: string[] }> {
    // Who asks at the same time waits, and finds nothing: it is one mail, not two with a part of it each.
    const key = `notifications.digest:${userId}`;
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
    const gathered = transaction.$with('gathered').as(
      transaction
        .select({ id: notifications.id, kind: notifications.kind })
        .from(deliveries)
        .innerJoin(notifications, eq(notifications.id, deliveries.notificationId))
        .where(and(eq(notifications.userId, userId), eq(deliveries.status, 'gathered')))
        .for('update', { of: deliveries }),
    );
    const isWanted = sql`${JSON.stringify(wanted)}::jsonb ? ${gathered.kind}`;
    // As one statement: the ids of a year of mails are more than the parameters that a statement may have.
    const ended = transaction.$with('ended').as(
      transaction
        .update(deliveries)
        .set({
          status: sql`case when ${isWanted} then 'digested' else 'skipped' end`,
          lastError: sql`case when ${isWanted} then ${deliveries.lastError} else 'notifications.not_wanted' end`,
          dueAt: null,
          updatedAt: now,
        })
        .from(gathered)
        .where(and(eq(deliveries.notificationId, gathered.id), eq(deliveries.status, 'gathered')))
        .returning({ id: deliveries.notificationId, status: deliveries.status }),
    );
    const digested = sql`select notification_id from ended where status = 'digested'`;
    const [taken] = await transaction
      .with(gathered, ended)
      .select({
        count: sql<number>`(select count(*)::int from (${digested}) as digested)`,
        titles: sql<string[]>`array(select title from ${notifications}
          where id = any(array(${digested})) order by id limit ${limit})`,
      })
      .from(sql`(select) as once`);
    return taken ?? { count: 0, titles: [] };
  }

  async find(key: DeliveryKey): Promise<DeliveryRow | undefined> {
    const [row] = await this.database.sql.select().from(deliveries).where(is(key));
    return row;
  }

  /**
   * Makes the delivery the caller's until `until`.
   * @returns undefined when it is done, or another's; one that may have been taken, and is not to be sent twice, stays another's
   */
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
            isKnownAgain(key.channel)
              ? and(eq(deliveries.status, 'sending'), lt(deliveries.claimedUntil, now))
              : undefined,
          ),
        ),
      )
      .returning();
    return row;
  }

  /** Only while the claim is the caller's still. */
  async finish(
    claimed: DeliveryRow,
    { status, lastError, sentAt, endedAt, dueAt, counts }: AttemptEnd,
  ): Promise<void> {
    await this.database.sql
      .update(deliveries)
      .set({
        status,
        lastError,
        sentAt,
        dueAt,
        attempts: counts ? claimed.attempts : claimed.attempts - 1,
        claimedUntil: null,
        updatedAt: endedAt,
      })
      .where(isClaimOf(claimed));
  }

  /** Only while the claim is the caller's still. */
  async renew(claimed: DeliveryRow, until: Date): Promise<void> {
    await this.database.sql
      .update(deliveries)
      .set({ claimedUntil: until })
      .where(isClaimOf(claimed));
  }

  /** What is neither done nor was touched since `before`, oldest first: its job got lost. */
  async findForgotten(before: Date, limit: number): Promise<ForgottenDelivery[]> {
    return this.database.sql
      .select({ ...TO_SEND, updatedAt: deliveries.updatedAt })
      .from(deliveries)
      .innerJoin(notifications, eq(notifications.id, deliveries.notificationId))
      .where(isForgotten(before))
      .orderBy(deliveries.updatedAt)
      .limit(limit);
  }

  /** One that is forgotten still is so no longer. */
  async touch(key: DeliveryKey, before: Date, now: Date): Promise<void> {
    await this.database.sql
      .update(deliveries)
      .set({ updatedAt: now })
      .where(and(is(key), isForgotten(before)));
  }
}

const is = ({ notificationId, channel, target }: DeliveryKey) =>
  and(
    eq(deliveries.notificationId, notificationId),
    eq(deliveries.channel, channel),
    eq(deliveries.target, target),
  );

const isForgotten = (before: Date) =>
  and(inArray(deliveries.status, ['pending', 'sending']), lt(deliveries.updatedAt, before));

const isClaimOf = (claimed: DeliveryRow) =>
  and(is(claimed), eq(deliveries.status, 'sending'), eq(deliveries.attempts, claimed.attempts));
