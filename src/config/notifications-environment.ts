import { z } from 'zod';

const DAY_MS = 86_400_000;
const days = z.coerce.number().int().min(1).max(36_500);

/** Variables of how users are told what happens. */
export const notificationsEnvironment = {
  NOTIFICATIONS_ALLOW_PRIVATE_TARGETS: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .default(false)
    .describe(
      'true: webhooks and push may go to private and local addresses, by plain HTTP as well; for development alone',
    ),
  NOTIFICATIONS_KEPT_DAYS: days
    .default(90)
    .describe(
      'days that a notification is kept for which was read, or went out by other ways alone',
    ),
  NOTIFICATIONS_UNREAD_KEPT_DAYS: days
    .default(365)
    .describe(
      'the same for one that nobody has read; less than NOTIFICATIONS_KEPT_DAYS counts as that',
    ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'https; where users reach this installation; unset: mails have no link that ends them',
    ),
  TWILIO_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.twilio.com')
    .describe(
      'https; where text messages are handed over; the account is set at /api/admin/config/sms',
    ),
};

export interface NotificationSettings {
  /** Of webhooks and push services: addresses that are no public ones, and `http:`. */
  readonly allowPrivateTargets: boolean;
  readonly keptMs: number;
  /** Not less than `keptMs`. */
  readonly unreadKeptMs: number;
  readonly twilioBaseUrl: string;
  readonly publicUrl: string | undefined;
}

export function notificationSettings(
  env: z.output<z.ZodObject<typeof notificationsEnvironment>>,
): NotificationSettings {
  return {
    allowPrivateTargets: env.NOTIFICATIONS_ALLOW_PRIVATE_TARGETS,
    keptMs: env.NOTIFICATIONS_KEPT_DAYS * DAY_MS,
    unreadKeptMs:
      Math.max(env.NOTIFICATIONS_KEPT_DAYS, env.NOTIFICATIONS_UNREAD_KEPT_DAYS) * DAY_MS,
    twilioBaseUrl: env.TWILIO_BASE_URL,
    publicUrl: env.PUBLIC_URL,
  };
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What is allowed alone but not together, each with the name of its variable. */
export function notificationConflicts(
  { allowPrivateTargets, publicUrl, twilioBaseUrl }: NotificationSettings,
  production: boolean,
): string[] {
  const conflicts: string[] = [];
  if (production && allowPrivateTargets) {
    conflicts.push(
      'NOTIFICATIONS_ALLOW_PRIVATE_TARGETS: not in production (users would reach your network)',
    );
  }
  for (const [name, url] of Object.entries({
    PUBLIC_URL: publicUrl,
    TWILIO_BASE_URL: twilioBaseUrl,
  })) {
    if (url === undefined) continue;
    const { protocol, hostname } = new URL(url);
    const inTheClear = protocol !== 'https:';
    if (inTheClear && (production || !LOOPBACK.test(hostname))) {
      conflicts.push(`${name}: must be https (http is for this machine, outside of production)`);
    }
  }
  return conflicts;
}
