import { Module } from '@nestjs/common';
import { QueuesModule } from '../../redis/index.js';
import { SystemConfigModule } from '../system-config/index.js';
import { UsersModule } from '../users/index.js';
import { NOTIFICATION_CHANNELS, NotificationChannels } from './channels/notification-channels.js';
import type { NotificationChannel } from './channels/notification-channel.js';
import { DeliveriesRepository } from './delivery/deliveries.repository.js';
import { DeliveryService } from './delivery/delivery.service.js';
import { DeliveryAttempt } from './delivery/delivery-attempt.js';
import { DeliveryGate } from './delivery/delivery-gate.js';
import { DeliveryLimits } from './delivery/delivery-limits.js';
import { Digests } from './delivery/digests.js';
import { DueDeliveries } from './delivery/due-deliveries.js';
import { LostDeliveries } from './delivery/lost-deliveries.js';
import { OutboundHttp } from './channels/outbound-http.js';
import { TargetRequests } from './channels/target-requests.js';
import { TargetTraffic } from './channels/target-traffic.js';
import { EmailChannel } from './email/email.channel.js';
import { NotificationsRepository } from './inbox/notifications.repository.js';
import { NotificationsService } from './inbox/notifications.service.js';
import { notificationsQueue } from './notifications.queues.js';
import { PreferencesRepository } from './preferences/preferences.repository.js';
import { PreferencesService } from './preferences/preferences.service.js';
import { PushChannel } from './push/push.channel.js';
import { PushSubscriptionsRepository } from './push/push-subscriptions.repository.js';
import { PushSubscriptionsService } from './push/push-subscriptions.service.js';
import { NotificationReactions } from './raising/notification-reactions.js';
import { DeliveryPlanner } from './raising/delivery-planner.js';
import { Notifier } from './raising/notifier.js';
import { OldNotifications } from './retention/old-notifications.js';
import { RetentionRepository } from './retention/retention.repository.js';
import { DevelopmentTransport } from './shown/development-transport.js';
import { ShownMessagesRepository } from './shown/shown-messages.repository.js';
import { PhoneCodeLimits } from './sms/phone-code-limits.js';
import { PhoneCodes } from './sms/phone-codes.js';
import { PhonesRepository } from './sms/phones.repository.js';
import { PhonesService } from './sms/phones.service.js';
import { SmsChannel } from './sms/sms.channel.js';
import { UnsubscribeLinks } from './unsubscribe/unsubscribe-links.js';
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
    TargetTraffic,
    TargetRequests,
    WebhookEndpointsRepository,
    WebhookEndpointsService,
    PhonesRepository,
    PhoneCodes,
    PhoneCodeLimits,
    PhonesService,
    PushSubscriptionsRepository,
    PushSubscriptionsService,
    UnsubscribeLinks,
    EmailChannel,
    SmsChannel,
    PushChannel,
    WebhookChannel,
    NotificationChannels,
    {
      provide: NOTIFICATION_CHANNELS,
      useFactory: (...channels: NotificationChannel[]) => channels,
      inject: [EmailChannel, SmsChannel, PushChannel, WebhookChannel],
    },
    DeliveryPlanner,
    Notifier,
    NotificationReactions,
    DeliveryService,
    DeliveryAttempt,
    DeliveryGate,
    DeliveryLimits,
    Digests,
    DueDeliveries,
    LostDeliveries,
    RetentionRepository,
    OldNotifications,
  ],
  exports: [
    NotificationsService,
    PreferencesService,
    DeliveryService,
    DevelopmentTransport,
    WebhookEndpointsService,
    PhonesService,
    PushSubscriptionsService,
    UnsubscribeLinks,
  ],
})
export class NotificationsModule {}
