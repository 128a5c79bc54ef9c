import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { defineSchedule, Queues, ScheduleRegistry } from '../../../redis/index.js';
import { notificationsQueue } from '../notifications.queues.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { deliveryJob } from './delivery-job.js';

const BATCH = 500;
/** Longer than a job rests between two attempts: a delivery that nobody touched for so long has none. */
const FORGOTTEN_MS = notificationsQueue.backoff.maxDelayMs + 5 * MINUTE_MS;

export const lostDeliveriesSchedule = defineSchedule({
  name: 'notifications.requeue-lost-deliveries',
  description: 'Gives messages whose job was lost with the queue a new one.',
  everyMs: 5 * MINUTE_MS,
});

/** The database knows what is to be sent: a queue that loses its jobs does not lose it. */
@Injectable()
export class LostDeliveries {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly queues: Queues,
    @Inject(Clock) private readonly clock: Clock,
    schedules: ScheduleRegistry,
  ) {
    schedules.register(lostDeliveriesSchedule, ({ signal }) => this.requeue(signal));
  }

  /** Run twice, it adds each job once. What no job can help is asked for again, and keeps nothing else from being found. */
  async requeue(signal: AbortSignal): Promise<{ requeued: number }> {
    const before = new Date(this.clock.nowMs() - FORGOTTEN_MS);
    let requeued = 0;
    for (let last = BATCH; last === BATCH && !signal.aborted; requeued += last) {
      last = await this.#requeueBatch(before, signal);
    }
    return { requeued };
  }

  /** @returns how many: fewer than a batch when there are no more, or it was aborted */
  async #requeueBatch(before: Date, signal: AbortSignal): Promise<number> {
    const forgotten = await this.deliveries.findForgotten(before, BATCH);
    let requeued = 0;
    for (const delivery of forgotten) {
      if (signal.aborted) break;
      const { channel, notificationId, target, updatedAt } = delivery;
      // Lost once more it gets another: one that has failed is kept for days, and would stand in its way.
      const id = ['lost', channel, notificationId, target, updatedAt.getTime()].join('-');
      await this.queues.add(notificationsQueue, 'deliver', deliveryJob(delivery), { id });
      await this.deliveries.touch(delivery, before, new Date(this.clock.nowMs()));
      requeued += 1;
    }
    return requeued;
  }
}
