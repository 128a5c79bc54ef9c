import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { notificationsQueue } from '../notifications.queues.js';
import { DeliveryService } from './delivery.service.js';

@Injectable()
export class NotificationsProcessor {
  constructor(queues: Queues, deliveries: DeliveryService) {
    queues.process(notificationsQueue, {
      deliver: ({ payload }) => deliveries.deliver(payload),
      'send-email': ({ payload: { notificationId } }) =>
        deliveries.deliver({ notificationId, channel: 'email', target: '' }),
    });
  }
}
