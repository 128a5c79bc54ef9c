import { z } from 'zod';

/** Variables of how users are told what happens. */
export const notificationsEnvironment = {
  NOTIFICATIONS_ALLOW_PRIVATE_TARGETS: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .default(false)
    .describe(
      'true: webhooks and push may go to private and local addresses, by plain HTTP as well; for development alone',
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
  readonly twilioBaseUrl: string;
  readonly publicUrl: string | undefined;
}

export function notificationSettings(
  env: z.output<z.ZodObject<typeof notificationsEnvironment>>,
): NotificationSettings {
  return {
    allowPrivateTargets: env.NOTIFICATIONS_ALLOW_PRIVATE_TARGETS,
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
