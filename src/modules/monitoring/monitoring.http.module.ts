import { Module } from '@nestjs/common';
import { MonitoringModule } from './monitoring.module.js';

@Module({ imports: [MonitoringModule] })
export class MonitoringHttpModule {}
