/** Ways to a user that lead out of the system. */
export const DELIVERY_CHANNELS = ['email', 'webhook'] as const;
export type DeliveryChannelName = (typeof DELIVERY_CHANNELS)[number];
