import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../../../http/index.js';
import { NOTIFICATION_KINDS } from '../notification-kinds.js';

export const notificationSchema = z.object({
  id: z.uuid(),
  kind: z.enum(NOTIFICATION_KINDS),
  title: z.string(),
  body: z.string(),
  data: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .describe('ids and figures of what happened'),
  createdAt: z.iso.datetime(),
  readAt: z.iso.datetime().nullable(),
});
export type Notification = z.output<typeof notificationSchema>;

export const MAX_UNREAD_COUNT = 1_000;

export const notificationPageSchema = pageOf(notificationSchema).extend({
  unreadCount: z
    .number()
    .int()
    .describe(`of all, not of this page; counted up to ${MAX_UNREAD_COUNT}`),
});
export type NotificationPage = z.output<typeof notificationPageSchema>;

export const listNotificationsSchema = pageQuerySchema.extend({
  unread: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('true: unread ones alone; false: read ones alone'),
});
export type ListNotifications = z.output<typeof listNotificationsSchema>;

export const readAllSchema = z.object({ read: z.number().int().describe('how many became read') });
export type ReadAll = z.output<typeof readAllSchema>;
