import { Module } from '@nestjs/common';
import { QueuesModule } from '../../redis/index.js';
import { SystemConfigModule } from '../system-config/index.js';
import { UsersModule } from '../users/index.js';
import { NOTIFICATION_CHANNELS, NotificationChannels } from './channels/notification-channels.js';
import type { NotificationChannel } from './channels/notification-channel.js';
import { DeliveriesRepository } from './delivery/deliveries.repository.js';
import { DeliveryService } from './delivery/delivery.service.js';
import { LostDeliveries } from './delivery/lost-deliveries.js';
import { OutboundHttp } from './channels/outbound-http.js';
import { EmailChannel } from './email/email.channel.js';
import { NotificationsRepository } from './inbox/notifications.repository.js';
import { NotificationsService } from './inbox/notifications.service.js';
import { notificationsQueue } from './notifications.queues.js';
import { PreferencesRepository } from './preferences/preferences.repository.js';
import { PreferencesService } from './preferences/preferences.service.js';
import { NotificationReactions } from './raising/notification-reactions.js';
import { DeliveryPlanner } from './raising/delivery-planner.js';
import { Notifier } from './raising/notifier.js';
import { DevelopmentTransport } from './shown/development-transport.js';
import { ShownMessagesRepository } from './shown/shown-messages.repository.js';
import { WebhookChannel } from './webhooks/webhook.channel.js';
import { WebhookEndpointsRepository } from './webhooks/webhook-endpoints.repository.js';
import { WebhookEndpointsService } from './webhooks/webhook-endpoints.service.js';

@Module({
  imports: [UsersModule, SystemConfigModule, QueuesModule.forFeature([notificationsQueue])],
  providers: [
    NotificationsRepository,
    DeliveriesRepository,
    PreferencesRepository,
    NotificationsService,
    PreferencesService,
    ShownMessagesRepository,
    DevelopmentTransport,
    OutboundHttp,
    WebhookEndpointsRepository,
    WebhookEndpointsService,
    EmailChannel,
    WebhookChannel,
    NotificationChannels,
    {
      provide: NOTIFICATION_CHANNELS,
      useFactory: (...channels: NotificationChannel[]) => channels,
      inject: [EmailChannel, WebhookChannel],
    },
    DeliveryPlanner,
    Notifier,
    NotificationReactions,
    DeliveryService,
    LostDeliveries,
  ],
  exports: [
    NotificationsService,
    PreferencesService,
    DeliveryService,
    DevelopmentTransport,
    WebhookEndpointsService,
  ],
})
export class NotificationsModule {}
