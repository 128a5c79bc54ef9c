import { z } from 'zod';
import type { DeliveryChannelName } from '../delivery-channels.js';
import type { NotificationKind } from '../notification-kinds.js';

const ways = {
  inApp: z.boolean().default(true).describe('in the list, and live'),
  email: z.boolean().default(true).describe('as a mail, once a mail server is set'),
  webhook: z.boolean().default(true).describe('as a request to each of your endpoints'),
} satisfies Record<DeliveryChannelName | 'inApp', unknown>;

const channels = z.strictObject(ways).prefault({});
export type ChannelPreferences = z.output<typeof channels>;

const kindsOf = <Ways extends z.ZodType>(kind: Ways) =>
  ({
    'order-filled': kind.describe('an order of yours was filled'),
    'order-rejected': kind.describe('an order of yours was rejected'),
    'import-finished': kind.describe('an import of trades has ended'),
    'training-finished': kind.describe('the training of a model has ended'),
    'alert-raised': kind.describe('administrators: something is wrong with the system'),
    'alert-resolved': kind.describe('administrators: it is right again'),
  }) satisfies Record<NotificationKind, Ways>;

/**
 * What a user wants to be told, and where. By default: everything, everywhere. Also what `PUT` takes: what
 * is left out takes its default.
 */
export const preferencesSchema = z.strictObject(kindsOf(channels));
export type Preferences = z.output<typeof preferencesSchema>;

/** What another version stored: kinds and channels that this one does not know are left out. */
export const storedPreferencesSchema = z.object(kindsOf(z.object(ways).prefault({})));
