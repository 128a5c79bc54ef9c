import { Module } from '@nestjs/common';
import { MaintenanceModule } from './maintenance.module.js';
import { SchedulesController } from './schedules/schedules.controller.js';

@Module({ imports: [MaintenanceModule], controllers: [SchedulesController] })
export class MaintenanceHttpModule {}
