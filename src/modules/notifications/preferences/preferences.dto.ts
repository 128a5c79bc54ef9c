import { z } from 'zod';
import type { NotificationKind } from '../notification-kinds.js';

const channels = z
  .strictObject({
    inApp: z.boolean().default(true).describe('in the list, and live'),
    email: z.boolean().default(true).describe('as a mail, once a mail server is set'),
  })
  .prefault({});
export type ChannelPreferences = z.output<typeof channels>;

const kinds = {
  'order-filled': channels.describe('an order of yours was filled'),
  'order-rejected': channels.describe('an order of yours was rejected'),
  'import-finished': channels.describe('an import of trades has ended'),
  'training-finished': channels.describe('the training of a model has ended'),
  'alert-raised': channels.describe('administrators: something is wrong with the system'),
  'alert-resolved': channels.describe('administrators: it is right again'),
} satisfies Record<NotificationKind, typeof channels>;

/**
 * What a user wants to be told, and where. By default: everything, everywhere. Also what `PUT` takes: what
 * is left out takes its default.
 */
export const preferencesSchema = z.strictObject(kinds);
export type Preferences = z.output<typeof preferencesSchema>;

/** What another version stored: kinds that this one does not know are left out. */
export const storedPreferencesSchema = z.object(kinds);
