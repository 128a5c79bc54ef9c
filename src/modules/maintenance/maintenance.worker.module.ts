import { Module } from '@nestjs/common';
import { MaintenanceModule } from './maintenance.module.js';
import { MaintenanceProcessor } from './maintenance.processor.js';
import { ScheduledRunner } from './schedules/scheduled-runner.js';
import { ScheduleRunner } from './schedules/schedule-runner.js';

@Module({
  imports: [MaintenanceModule],
  providers: [MaintenanceProcessor, ScheduledRunner, ScheduleRunner],
})
export class MaintenanceWorkerModule {}
