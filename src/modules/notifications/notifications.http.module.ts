import { Module } from '@nestjs/common';
import { NotificationsController } from './inbox/notifications.controller.js';
import { NotificationsModule } from './notifications.module.js';
import { PreferencesController } from './preferences/preferences.controller.js';

@Module({
  imports: [NotificationsModule],
  controllers: [PreferencesController, NotificationsController],
})
export class NotificationsHttpModule {}
