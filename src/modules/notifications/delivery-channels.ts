/** Ways to a user that lead out of the system. */
export const DELIVERY_CHANNELS = ['email', 'sms', 'push', 'webhook'] as const;
export type DeliveryChannelName = (typeof DELIVERY_CHANNELS)[number];

/** Whether a message that comes twice is known by its id. One that is not is rather lost than sent again. */
export const isKnownAgain = (channel: DeliveryChannelName): boolean => channel !== 'sms';
