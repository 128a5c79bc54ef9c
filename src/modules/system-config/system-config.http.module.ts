import { Module } from '@nestjs/common';
import { EmailConfigController } from './email/email-config.controller.js';
import { SystemConfigController } from './system-config.controller.js';
import { SystemConfigModule } from './system-config.module.js';

@Module({
  imports: [SystemConfigModule],
  controllers: [SystemConfigController, EmailConfigController],
})
export class SystemConfigHttpModule {}
