import type { NotificationRow } from '../notifications.table.js';
import type { Notification } from './notifications.dto.js';

export function toNotification(row: NotificationRow): Notification {
  const { id, kind, title, body, data, createdAt, readAt } = row;
  return {
    id,
    kind,
    title,
    body,
    data,
    createdAt: createdAt.toISOString(),
    readAt: readAt?.toISOString() ?? null,
  };
}
