import { Module } from '@nestjs/common';
import { SystemConfigModule } from '../system-config/index.js';
import { AlertReadings } from './alerts/alert-readings.js';
import { AlertEvaluation, AlertSchedules } from './alerts/alerts.schedules.js';
import { AlertsLive } from './alerts/alerts.live.js';
import { AlertsRepository } from './alerts/alerts.repository.js';
import { AlertsService } from './alerts/alerts.service.js';
import { LedgerAlert } from './alerts/ledger-alert.js';
import { TtlOverrides } from './caches/ttl-overrides.js';
import { InstanceReporter } from './instances/instance-reporter.js';
import { InstanceReportsRepository } from './instances/instance-reports.repository.js';

@Module({
  imports: [SystemConfigModule],
  providers: [
    InstanceReportsRepository,
    InstanceReporter,
    AlertReadings,
    AlertsRepository,
    AlertsService,
    AlertEvaluation,
    AlertSchedules,
    AlertsLive,
    LedgerAlert,
    TtlOverrides,
  ],
  exports: [SystemConfigModule, InstanceReporter, AlertReadings, AlertsService, TtlOverrides],
})
export class MonitoringModule {}
