import { Module } from '@nestjs/common';
import { SystemConfigController } from './system-config.controller.js';
import { SystemConfigModule } from './system-config.module.js';

@Module({ imports: [SystemConfigModule], controllers: [SystemConfigController] })
export class SystemConfigHttpModule {}
