import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { DeliveriesRepository } from '../delivery/deliveries.repository.js';
import { deliveryJob } from '../delivery/delivery-job.js';
import { toNotification } from '../inbox/notifications.mappers.js';
import { NotificationsRepository } from '../inbox/notifications.repository.js';
import { NotificationCreated } from '../notifications.events.js';
import { notificationsQueue } from '../notifications.queues.js';
import { DeliveryPlanner } from './delivery-planner.js';
import { renderNotification } from '../templates/render-notification.js';
import type { NotificationDraft } from './notification-draft.js';

/** Tells users what happened, where they want to be told. */
@Injectable()
export class Notifier {
  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly planner: DeliveryPlanner,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Stores the notification of each user, in the user's language, with what follows from it, the live message and the jobs of its deliveries,
   * in one transaction. Told again of the same (`dedupeKey`), it does nothing. A user's live messages keep the order in which
   * the notifications were stored.
   */
  async notify(userIds: readonly string[], draft: NotificationDraft): Promise<void> {
    const plans = await this.planner.plan(userIds, draft.kind);
    const createdAt = new Date(this.clock.nowMs());
    const rows = plans.map(({ userId, inApp, audience }) => {
      const { title, text: body } = renderNotification(draft.kind, draft.data, audience);
      return { ...draft, id: newId(), userId, title, body, inApp, createdAt, readAt: null };
    });
    if (rows.length === 0) return;
    const waysOf = new Map(plans.map(({ userId, ways }) => [userId, ways]));
    await this.database.transaction(async (transaction) => {
      const users = rows.map(({ userId }) => userId);
      await this.notifications.lock(transaction.sql, users);
      const told = await this.notifications.insertNew(transaction.sql, rows);
      const keys = told.flatMap(({ id: notificationId, userId }) =>
        (waysOf.get(userId) ?? []).map((way) => ({ notificationId, ...way })),
      );
      await this.deliveries.insert(transaction.sql, keys, createdAt);
      for (const row of told.filter(({ inApp }) => inApp)) {
        const { userId } = row;
        const created = { userId, notification: toNotification(row) };
        const stream = { stream: `notifications:${userId}` };
        await this.outbox.publish(transaction, NotificationCreated, created, stream);
      }
      for (const { moment, ...key } of keys) {
        if (moment.status !== 'pending') continue;
        const job = deliveryJob({ ...key, kind: draft.kind });
        await this.outbox.addJob(transaction, notificationsQueue, 'deliver', job);
      }
    });
  }
}
