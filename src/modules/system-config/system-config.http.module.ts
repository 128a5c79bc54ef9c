import { Module } from '@nestjs/common';
import { SystemConfigModule } from './system-config.module.js';

@Module({ imports: [SystemConfigModule] })
export class SystemConfigHttpModule {}
