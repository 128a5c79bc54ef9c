/** What a user can be told about. */
export const NOTIFICATION_KINDS = [
  'order-filled',
  'order-rejected',
  'import-finished',
  'training-finished',
  'alert-raised',
  'alert-resolved',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];
