import { defineChannel } from '../../realtime/index.js';
import { notificationSchema } from './inbox/notifications.dto.js';

/** Each new notification of the user. */
export const notificationsChannel = defineChannel({
  name: 'notifications',
  audience: 'user',
  schema: notificationSchema,
});
