import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { notificationsQueue } from '../notifications.queues.js';
import { EmailDeliveryService } from './email-delivery.service.js';

@Injectable()
export class NotificationsProcessor {
  constructor(queues: Queues, emails: EmailDeliveryService) {
    queues.process(notificationsQueue, {
      'send-email': ({ payload }) => emails.deliver(payload.notificationId),
    });
  }
}
