import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { isId } from '../../../kernel/ids.js';
import { decodeCursor, toPage } from '../../../kernel/page.js';
import { notificationNotFound } from '../notifications.errors.js';
import {
  MAX_UNREAD_COUNT,
  type ListNotifications,
  type Notification,
  type NotificationPage,
  type ReadAll,
} from './notifications.dto.js';
import { toNotification } from './notifications.mappers.js';
import { NotificationsRepository } from './notifications.repository.js';

/** A user's list of what it was told. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly notifications: NotificationsRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(
    userId: string,
    { cursor, limit, unread }: ListNotifications,
  ): Promise<NotificationPage> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const [rows, unreadCount] = await Promise.all([
      this.notifications.list(userId, { unread, beforeId, limit: limit + 1 }),
      this.notifications.countUnread(userId, MAX_UNREAD_COUNT),
    ]);
    const { items, nextCursor } = toPage(rows.map(toNotification), limit);
    return { items: [...items], nextCursor, unreadCount };
  }

  /** @throws AppError `notifications.not_found`, also for one of somebody else. */
  markRead(userId: string, id: string): Promise<Notification> {
    return this.#setReadAt(userId, id, new Date(this.clock.nowMs()));
  }

  /** @throws AppError `notifications.not_found` */
  markUnread(userId: string, id: string): Promise<Notification> {
    return this.#setReadAt(userId, id, null);
  }

  async readAll(userId: string): Promise<ReadAll> {
    return { read: await this.notifications.readAll(userId, new Date(this.clock.nowMs())) };
  }

  async #setReadAt(userId: string, id: string, readAt: Date | null): Promise<Notification> {
    const row = isId(id) ? await this.notifications.setReadAt(userId, id, readAt) : undefined;
    if (!row) throw notificationNotFound();
    return toNotification(row);
  }
}
