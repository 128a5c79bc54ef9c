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
};

export interface NotificationSettings {
  /** Of webhooks and push services: addresses that are no public ones, and `http:`. */
  readonly allowPrivateTargets: boolean;
}

export function notificationSettings(
  env: z.output<z.ZodObject<typeof notificationsEnvironment>>,
): NotificationSettings {
  return { allowPrivateTargets: env.NOTIFICATIONS_ALLOW_PRIVATE_TARGETS };
}
