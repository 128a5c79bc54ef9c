import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { newId } from '../../../kernel/ids.js';
import { defineSchedule, ScheduleRegistry } from '../../../redis/index.js';
import { NotificationsRepository } from '../inbox/notifications.repository.js';
import { notificationsQueue } from '../notifications.queues.js';
import { DeliveriesRepository } from './deliveries.repository.js';

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
    private readonly notifications: NotificationsRepository,
    private readonly outbox: Outbox,
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
    let digests = 0;
    for (const userId of await this.deliveries.usersToDigest(this.#now(), BATCH)) {
      if (signal.aborted) break;
      if (await this.#digest(userId)) digests += 1;
    }
    return { released, digests };
  }

  #release(): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const due = await this.deliveries.releaseDue(transaction.sql, this.#now(), BATCH);
      for (const key of due) {
        await this.outbox.addJob(transaction, notificationsQueue, 'deliver', key);
      }
      return due.length;
    });
  }

  /** One mail of all that the user has gathered, together with what makes it a part of that mail. */
  #digest(userId: string): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const { sql } = transaction;
      const now = this.#now();
      const titles = await this.deliveries.takeGathered(sql, userId, now);
      if (titles.length === 0) return false;
      const id = newId();
      const data = { count: titles.length, titles: titles.join('\n') };
      const told = { title: '', body: '', inApp: false, createdAt: now, readAt: null, data };
      const row = { ...told, id, userId, kind: 'digest' as const, dedupeKey: `digest:${id}` };
      await this.notifications.insertNew(sql, [row]);
      const key = { notificationId: id, channel: 'email' as const, target: '' };
      await this.deliveries.insert(sql, [{ ...key, moment: { status: 'pending' } }], now);
      await this.outbox.addJob(transaction, notificationsQueue, 'deliver', key);
      return true;
    });
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }
}
