import { Module } from '@nestjs/common';
import { ActionsController } from './actions/actions.controller.js';
import { ActionsService } from './actions/actions.service.js';
import { MaintenanceModule } from './maintenance.module.js';
import { DeadLettersController } from './queues/dead-letters.controller.js';
import { DeadLettersService } from './queues/dead-letters.service.js';
import { QueuesController } from './queues/queues.controller.js';
import { QueuesService } from './queues/queues.service.js';
import { SchedulesController } from './schedules/schedules.controller.js';

@Module({
  imports: [MaintenanceModule],
  controllers: [SchedulesController, QueuesController, DeadLettersController, ActionsController],
  providers: [QueuesService, DeadLettersService, ActionsService],
})
export class MaintenanceHttpModule {}
