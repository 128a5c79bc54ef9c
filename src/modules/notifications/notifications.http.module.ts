import { Module } from '@nestjs/common';
import { NotificationsController } from './inbox/notifications.controller.js';
import { NotificationsModule } from './notifications.module.js';
import { PreferencesController } from './preferences/preferences.controller.js';
import { ShownMessagesController } from './shown/shown-messages.controller.js';
import { WebhookEndpointsController } from './webhooks/webhook-endpoints.controller.js';

@Module({
  imports: [NotificationsModule],
  controllers: [
    PreferencesController,
    NotificationsController,
    ShownMessagesController,
    WebhookEndpointsController,
  ],
})
export class NotificationsHttpModule {}
