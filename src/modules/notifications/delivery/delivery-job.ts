import type { JobPayload } from '../../../redis/index.js';
import { isUrgent } from '../notification-kinds.js';
import type { notificationsQueue } from '../notifications.queues.js';
import type { DeliveryToSend } from './deliveries.repository.js';

/** The job that sends it; what is urgent does not wait for what is not. */
export function deliveryJob({
  notificationId,
  channel,
  target,
  kind,
}: DeliveryToSend): JobPayload<typeof notificationsQueue, 'deliver'> {
  return { notificationId, channel, target, urgent: isUrgent(kind) };
}
