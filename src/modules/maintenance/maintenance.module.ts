import { Module } from '@nestjs/common';
import { QueuesModule } from '../../redis/index.js';
import { maintenanceQueue } from './maintenance.queues.js';
import { MaintenanceSchedules } from './maintenance.schedules.js';
import { ScheduleRunsRepository } from './schedules/schedule-runs.repository.js';
import { SchedulesService } from './schedules/schedules.service.js';

@Module({
  imports: [QueuesModule.forFeature([maintenanceQueue])],
  providers: [MaintenanceSchedules, ScheduleRunsRepository, SchedulesService],
  exports: [ScheduleRunsRepository, SchedulesService],
})
export class MaintenanceModule {}
