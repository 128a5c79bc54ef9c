/** What happens that a user can be told about. */
export const EVENT_KINDS = [
  'order-filled',
  'order-rejected',
  'signal-received',
  'price-alert',
  'import-finished',
  'training-finished',
  'alert-raised',
  'alert-resolved',
  'password-changed',
  'new-device',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** `digest`: several of them in one mail. */
export const NOTIFICATION_KINDS = [...EVENT_KINDS, 'digest'] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** Who has taken an account over must not silence what tells its owner: mail of these is always on. */
const SECURITY: ReadonlySet<NotificationKind> = new Set(['password-changed', 'new-device']);

export const isSecurity = (kind: NotificationKind): boolean => SECURITY.has(kind);

const URGENT: ReadonlySet<NotificationKind> = new Set(['alert-raised', ...SECURITY]);

/** Whether it goes out at once: at night, by itself, and however much else does. */
export const isUrgent = (kind: NotificationKind): boolean => URGENT.has(kind);
