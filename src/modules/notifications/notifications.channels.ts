import { HOUR_MS } from '../../kernel/duration.js';
import { defineDurableChannel } from '../../realtime/index.js';
import { notificationPageSchema, notificationSchema } from './inbox/notifications.dto.js';

export const SNAPSHOT_SIZE = 50;

/** Each new notification of the user; a snapshot is the first page of the list, of {@link SNAPSHOT_SIZE}. */
export const notificationsChannel = defineDurableChannel({
  name: 'notifications',
  audience: 'user',
  schema: notificationSchema,
  durable: { keep: { messages: 200, ageMs: HOUR_MS }, snapshot: notificationPageSchema },
});
