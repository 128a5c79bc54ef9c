import { Module } from '@nestjs/common';
import { QueuesModule } from '../../redis/index.js';
import { SystemConfigModule } from '../system-config/index.js';
import { UsersModule } from '../users/index.js';
import { DeliveriesRepository } from './email/deliveries.repository.js';
import { EmailDeliveryService } from './email/email-delivery.service.js';
import { LostEmails } from './email/lost-emails.js';
import { NotificationsRepository } from './inbox/notifications.repository.js';
import { NotificationsService } from './inbox/notifications.service.js';
import { notificationsQueue } from './notifications.queues.js';
import { PreferencesRepository } from './preferences/preferences.repository.js';
import { PreferencesService } from './preferences/preferences.service.js';
import { NotificationReactions } from './raising/notification-reactions.js';
import { Notifier } from './raising/notifier.js';

@Module({
  imports: [UsersModule, SystemConfigModule, QueuesModule.forFeature([notificationsQueue])],
  providers: [
    NotificationsRepository,
    DeliveriesRepository,
    PreferencesRepository,
    NotificationsService,
    PreferencesService,
    Notifier,
    NotificationReactions,
    EmailDeliveryService,
    LostEmails,
  ],
  exports: [NotificationsService, PreferencesService, EmailDeliveryService],
})
export class NotificationsModule {}
