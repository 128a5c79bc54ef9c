import { z } from 'zod';
import type { DeliveryChannelName } from '../delivery-channels.js';
import type { EventKind } from '../notification-kinds.js';

const ways = {
  inApp: z.boolean().default(true).describe('in the list, and live'),
  email: z.boolean().default(true).describe('as a mail, once a mail server is set'),
  sms: z
    .boolean()
    .default(false)
    .describe('as a text message to the number that you have verified'),
  push: z.boolean().default(true).describe('to each browser that you have subscribed'),
  webhook: z.boolean().default(true).describe('as a request to each of your endpoints'),
} satisfies Record<DeliveryChannelName | 'inApp', unknown>;

/** Signals may be many: a mail of each is for who asks for it. */
const ofSignals = { ...ways, email: z.boolean().default(false).describe('as a mail') };
/** Who has taken an account over must not silence what tells its owner. */
const ofSecurity = { ...ways, email: z.literal(true).default(true).describe('always') };

interface Kinds<Usual, Signals, Security> {
  readonly usual: Usual;
  readonly signals: Signals;
  readonly security: Security;
}

const kindsOf = <Usual extends z.ZodType, Signals extends z.ZodType, Security extends z.ZodType>({
  usual,
  signals,
  security,
}: Kinds<Usual, Signals, Security>) =>
  ({
    'order-filled': usual.describe('an order of yours was filled'),
    'order-rejected': usual.describe('an order of yours was rejected'),
    'signal-received': signals.describe('a signal has come in'),
    'price-alert': usual.describe('a price that you asked to be told of was reached'),
    'import-finished': usual.describe('an import of trades has ended'),
    'training-finished': usual.describe('the training of a model has ended'),
    'alert-raised': usual.describe('administrators: something is wrong with the system'),
    'alert-resolved': usual.describe('administrators: it is right again'),
    'password-changed': security.describe('your password was changed'),
    'new-device': security.describe('somebody has signed in to your account at a new device'),
  }) satisfies Record<EventKind, z.ZodType>;

const asked = kindsOf({
  usual: z.strictObject(ways).prefault({}),
  signals: z.strictObject(ofSignals).prefault({}),
  security: z.strictObject(ofSecurity).prefault({}),
});
const stored = kindsOf({
  usual: z.object(ways).prefault({}),
  signals: z.object(ofSignals).prefault({}),
  security: z.object(ofSecurity).prefault({}),
});

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, such as 22:30');

const timing = {
  quietHours: z
    .strictObject({ from: timeOfDay, to: timeOfDay })
    .refine(({ from, to }) => from !== to, 'must not end when they begin')
    .nullable()
    .default(null)
    .describe('in your time zone; what is urgent goes out all the same, and requests to endpoints'),
  emailDigest: z
    .enum(['off', 'hourly', 'daily'])
    .default('off')
    .describe('several mails as one; not what is urgent'),
  emailDigestAt: timeOfDay.default('08:00').describe('of the daily one, in your time zone'),
};

/**
 * What a user wants to be told, where and when. By default: everything, everywhere but by text message (signals: not by mail either), at once. Also
 * what `PUT` takes: what is left out takes its default.
 */
export const preferencesSchema = z.strictObject({ ...asked, ...timing });
export type Preferences = z.output<typeof preferencesSchema>;

/** What another version stored: kinds and channels that this one does not know are left out. */
export const storedPreferencesSchema = z.object({
  ...stored,
  ...timing,
});
