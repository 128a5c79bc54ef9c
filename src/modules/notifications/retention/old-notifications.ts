import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { OutboxInspector } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS, MINUTE_MS } from '../../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry } from '../../../redis/index.js';
import { RetentionRepository } from './retention.repository.js';

const BATCH = 500;
/** The outbox has the time of the database. */
const CLOCKS_DIFFER_MS = 5 * MINUTE_MS;

export const forgetNotificationsSchedule = defineSchedule({
  name: 'notifications.forget-old',
  description: 'Deletes notifications, and what became of them, that are older than they are kept.',
  everyMs: DAY_MS,
});

/**
 * Deletes what is old. With a notification goes the memory that its event was told: so those stay that are younger than
 * the oldest row of the outbox, which may be that very event, to be delivered again.
 */
@Injectable()
export class OldNotifications {
  constructor(
    private readonly rows: RetentionRepository,
    private readonly outbox: OutboxInspector,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
    schedules: ScheduleRegistry,
  ) {
    schedules.register(forgetNotificationsSchedule, ({ signal }) => this.forget(signal));
  }

  async forget(signal: AbortSignal): Promise<{ deleted: number }> {
    const { keptMs, unreadKeptMs } = this.config.notifications;
    const { oldestAgeMs } = await this.outbox.figures();
    const atLeastMs = (oldestAgeMs ?? 0) + CLOCKS_DIFFER_MS;
    const bounds = {
      before: this.#ago(Math.max(keptMs, atLeastMs)),
      unreadBefore: this.#ago(Math.max(unreadKeptMs, atLeastMs)),
    };
    let deleted = 0;
    let from: Date | undefined;
    do {
      const batch = await this.rows.deleteBatch(bounds, BATCH, from);
      deleted += batch.deleted;
      ({ from } = batch);
    } while (from && !signal.aborted);
    return { deleted };
  }

  #ago(ms: number): Date {
    return new Date(this.clock.nowMs() - ms);
  }
}
