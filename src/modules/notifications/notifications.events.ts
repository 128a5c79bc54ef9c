import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';
import { notificationSchema } from './inbox/notifications.dto.js';

/** A user was told something; it is in the user's list. */
export const NotificationCreated = defineEvent(
  'notifications.NotificationCreated',
  z.object({ userId: z.uuid(), notification: notificationSchema }),
);
