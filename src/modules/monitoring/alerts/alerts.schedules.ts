import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS, MINUTE_MS } from '../../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry } from '../../../redis/index.js';
import { SystemConfigService } from '../../system-config/index.js';
import { InstanceReportsRepository } from '../instances/instance-reports.repository.js';
import { AlertReadings } from './alert-readings.js';
import { evaluate } from './alert-rules.js';
import { AlertsRepository } from './alerts.repository.js';
import { AlertsService } from './alerts.service.js';

const RESOLVED_KEPT_MS = 90 * DAY_MS;

const evaluateAlerts = defineSchedule({
  name: 'monitoring.evaluate-alerts',
  description: 'Measures Redis, caches and queues, raises alerts and resolves those that are over.',
  everyMs: MINUTE_MS,
});

const forgetOld = defineSchedule({
  name: 'monitoring.forget-old',
  description:
    'Deletes alerts that were resolved 90 days ago, and reports of instances that are gone.',
  everyMs: DAY_MS,
});

@Injectable()
export class AlertEvaluation {
  constructor(
    private readonly readings: AlertReadings,
    private readonly config: SystemConfigService,
    private readonly alerts: AlertsService,
  ) {}

  async run() {
    const [readings, { alerts: thresholds }] = await Promise.all([
      this.readings.take(),
      this.config.system(),
    ]);
    return this.alerts.apply(evaluate(readings, thresholds));
  }
}

@Injectable()
export class AlertSchedules {
  constructor(
    schedules: ScheduleRegistry,
    evaluation: AlertEvaluation,
    alerts: AlertsRepository,
    instances: InstanceReportsRepository,
    @Inject(Clock) clock: Clock,
  ) {
    schedules.register(evaluateAlerts, async () => {
      const { raised, resolved, active } = await evaluation.run();
      return { raised: [...raised], resolved: [...resolved], active: [...active] };
    });
    schedules.register(forgetOld, async () => {
      await instances.forget(new Date(clock.nowMs() - DAY_MS));
      return { alerts: await alerts.forget(new Date(clock.nowMs() - RESOLVED_KEPT_MS)) };
    });
  }
}
