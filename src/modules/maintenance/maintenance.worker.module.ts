import { Module } from '@nestjs/common';
import { MaintenanceModule } from './maintenance.module.js';

@Module({ imports: [MaintenanceModule] })
export class MaintenanceWorkerModule {}
