import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { DeliveriesRepository } from '../email/deliveries.repository.js';
import { toNotification } from '../inbox/notifications.mappers.js';
import { NotificationsRepository } from '../inbox/notifications.repository.js';
import { NotificationCreated } from '../notifications.events.js';
import { notificationsQueue } from '../notifications.queues.js';
import { PreferencesService } from '../preferences/preferences.service.js';
import type { NotificationDraft } from './notification-draft.js';

/** Tells users what happened, where they want to be told. */
@Injectable()
export class Notifier {
  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly preferences: PreferencesService,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Stores the notification of each user with what follows from it, the live message and the job of its e-mail,
   * in one transaction. Told again of the same (`dedupeKey`), it does nothing. A user's live messages keep the order in which
   * the notifications were stored.
   */
  async notify(userIds: readonly string[], draft: NotificationDraft): Promise<void> {
    const wanted = await this.preferences.ofKind(userIds, draft.kind);
    const createdAt = new Date(this.clock.nowMs());
    const rows = [...wanted]
      .filter(([, { inApp, email }]) => inApp || email)
      .map(([userId, { inApp }]) => ({
        ...draft,
        id: newId(),
        userId,
        inApp,
        createdAt,
        readAt: null,
      }));
    if (rows.length === 0) return;
    await this.database.transaction(async (transaction) => {
      const users = rows.map(({ userId }) => userId);
      await this.notifications.lock(transaction.sql, users);
      const told = await this.notifications.insertNew(transaction.sql, rows);
      const mailed = told.filter(({ userId }) => wanted.get(userId)?.email === true);
      await this.deliveries.insertPending(
        transaction.sql,
        mailed.map(({ id }) => id),
        createdAt,
      );
      for (const row of told.filter(({ inApp }) => inApp)) {
        const { userId } = row;
        const created = { userId, notification: toNotification(row) };
        const stream = { stream: `notifications:${userId}` };
        await this.outbox.publish(transaction, NotificationCreated, created, stream);
      }
      for (const { id: notificationId } of mailed) {
        await this.outbox.addJob(transaction, notificationsQueue, 'send-email', { notificationId });
      }
    });
  }
}
