import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { defineSchedule, Queues, ScheduleRegistry } from '../../../redis/index.js';
import { notificationsQueue } from '../notifications.queues.js';
import { DeliveriesRepository } from './deliveries.repository.js';

const BATCH = 500;
/** Longer than a job rests between two attempts: an e-mail that nobody touched for so long has none. */
const FORGOTTEN_MS = notificationsQueue.backoff.maxDelayMs + 5 * MINUTE_MS;

export const lostEmailsSchedule = defineSchedule({
  name: 'notifications.requeue-lost-emails',
  description: 'Gives e-mails whose job was lost with the queue a new one.',
  everyMs: 5 * MINUTE_MS,
});

/** The database knows which e-mails are to be sent: a queue that loses its jobs does not lose them. */
@Injectable()
export class LostEmails {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly queues: Queues,
    @Inject(Clock) private readonly clock: Clock,
    schedules: ScheduleRegistry,
  ) {
    schedules.register(lostEmailsSchedule, ({ signal }) => this.requeue(signal));
  }

  /** Run twice, it adds each job once. */
  async requeue(signal: AbortSignal): Promise<{ requeued: number }> {
    const before = new Date(this.clock.nowMs() - FORGOTTEN_MS);
    const forgotten = await this.deliveries.findForgotten(before, BATCH);
    let requeued = 0;
    for (const notificationId of forgotten) {
      if (signal.aborted) break;
      const id = `lost-email-${notificationId}`;
      await this.queues.add(notificationsQueue, 'send-email', { notificationId }, { id });
      requeued += 1;
    }
    return { requeued };
  }
}
