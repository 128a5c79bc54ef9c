import { Injectable } from '@nestjs/common';
import { AdminActions } from '../../kernel/admin-actions.js';
import { JobEffects } from '../../database/index.js';
import { DAY_MS, HOUR_MS } from '../../kernel/duration.js';
import { QueueFigures } from '../../kernel/job-figures.js';
import { defineSchedule, QueueInspector, Queues, ScheduleRegistry } from '../../redis/index.js';
import { maintenanceQueue } from './maintenance.queues.js';

/** The longest window that anybody asks for, and as much to look back from. */
const FIGURES_KEPT_MS = 8 * DAY_MS;
const ACTIONS_KEPT_MS = 365 * DAY_MS;
/** As long as the dead letters: no job comes back after that. */
const EFFECTS_KEPT_MS = 30 * DAY_MS;

const cleanQueues = defineSchedule({
  name: 'maintenance.clean-queues',
  description:
    'Removes finished jobs: completed ones after a day, failed ones as their queue says.',
  everyMs: HOUR_MS,
});

const sweepCaches = defineSchedule({
  name: 'maintenance.sweep-caches',
  description: 'Finds keys of the caches, limits and locks that have no end, and gives them one.',
  everyMs: 6 * HOUR_MS,
});

const forgetActions = defineSchedule({
  name: 'maintenance.forget-actions',
  description: 'Forgets what administrators did more than a year ago.',
  everyMs: DAY_MS,
});

/** The schedules add jobs: the work may take long, and is repeated when it fails. */
@Injectable()
export class MaintenanceSchedules {
  constructor(
    schedules: ScheduleRegistry,
    queues: Queues,
    inspector: QueueInspector,
    figures: QueueFigures,
    actions: AdminActions,
    effects: JobEffects,
  ) {
    schedules.register(cleanQueues, async () => {
      for (const queue of inspector.names) {
        // After an outage one is enough, however many slots have passed.
        const dedupe = { key: `clean-queue ${queue}` };
        await queues.add(maintenanceQueue, 'clean-queue', { queue }, { dedupe });
      }
      return {
        queues: inspector.names,
        figures: await figures.forget(FIGURES_KEPT_MS),
        effects: await effects.forget(EFFECTS_KEPT_MS),
      };
    });
    schedules.register(forgetActions, async () => ({
      forgotten: await actions.forget(ACTIONS_KEPT_MS),
    }));
    schedules.register(sweepCaches, async () => {
      const { id } = await queues.add(
        maintenanceQueue,
        'expire-stale-keys',
        {},
        { dedupe: { key: 'expire-stale-keys' } },
      );
      return { job: id };
    });
  }
}
