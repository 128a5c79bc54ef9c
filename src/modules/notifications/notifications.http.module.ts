import { Module } from '@nestjs/common';
import { NotificationsController } from './inbox/notifications.controller.js';
import { NotificationsModule } from './notifications.module.js';
import { PreferencesController } from './preferences/preferences.controller.js';
import { PushSubscriptionsController } from './push/push-subscriptions.controller.js';
import { ShownMessagesController } from './shown/shown-messages.controller.js';
import { PhonesController } from './sms/phones.controller.js';
import { UsersModule } from '../users/index.js';
import { UnsubscribeController } from './unsubscribe/unsubscribe.controller.js';
import { WebhookEndpointsController } from './webhooks/webhook-endpoints.controller.js';

@Module({
  imports: [NotificationsModule, UsersModule],
  controllers: [
    PreferencesController,
    NotificationsController,
    ShownMessagesController,
    WebhookEndpointsController,
    PhonesController,
    PushSubscriptionsController,
    UnsubscribeController,
  ],
})
export class NotificationsHttpModule {}
