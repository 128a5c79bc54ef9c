import { Module } from '@nestjs/common';
import { EmailConfigController } from './email/email-config.controller.js';
import { PushConfigController } from './push/push-config.controller.js';
import { SmsConfigController } from './sms/sms-config.controller.js';
import { SystemConfigController } from './system-config.controller.js';
import { SystemConfigModule } from './system-config.module.js';

@Module({
  imports: [SystemConfigModule],
  controllers: [
    SystemConfigController,
    EmailConfigController,
    SmsConfigController,
    PushConfigController,
  ],
})
export class SystemConfigHttpModule {}
