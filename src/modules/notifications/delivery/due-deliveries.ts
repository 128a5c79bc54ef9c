import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry } from '../../../redis/index.js';
import { notificationsQueue } from '../notifications.queues.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { deliveryJob } from './delivery-job.js';
import { Digests } from './digests.js';

const BATCH = 200;

export const dueDeliveriesSchedule = defineSchedule({
  name: 'notifications.send-due',
  description: 'Sends what was put off: after quiet hours, in digests, after too much at once.',
  everyMs: MINUTE_MS,
});

/** Sends what waits for its time. The database knows it, with the time: no queue has to keep it for hours. */
@Injectable()
export class DueDeliveries {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesRepository,
    private readonly outbox: Outbox,
    private readonly digests: Digests,
    @Inject(Clock) private readonly clock: Clock,
    schedules: ScheduleRegistry,
  ) {
    schedules.register(dueDeliveriesSchedule, ({ signal }) => this.send(signal));
  }

  /** Run twice, also at once, it sends each once. */
  async send(signal: AbortSignal): Promise<{ released: number; digests: number }> {
    let released = 0;
    for (let last = BATCH; last === BATCH && !signal.aborted; released += last) {
      last = await this.#release();
    }
    return { released, digests: await this.digests.makeDue(signal) };
  }

  #release(): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const due = await this.deliveries.releaseDue(transaction.sql, this.#now(), BATCH);
      for (const delivery of due) {
        await this.outbox.addJob(transaction, notificationsQueue, 'deliver', deliveryJob(delivery));
      }
      return due.length;
    });
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }
}
