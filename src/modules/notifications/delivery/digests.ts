import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { NotificationsRepository } from '../inbox/notifications.repository.js';
import { EVENT_KINDS } from '../notification-kinds.js';
import { notificationsQueue } from '../notifications.queues.js';
import { PreferencesService } from '../preferences/preferences.service.js';
import { DeliveriesRepository } from './deliveries.repository.js';

const BATCH = 200;
/** One more than a mail lists: it shows that there are others. */
const MAX_TITLES = 101;

/** Makes one mail of all that a user has gathered. */
@Injectable()
export class Digests {
  readonly #logger = new Logger('Notifications');

  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesRepository,
    private readonly notifications: NotificationsRepository,
    private readonly preferences: PreferencesService,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** All that are due. One that cannot be made keeps none of the others waiting. @returns how many it made */
  async makeDue(signal: AbortSignal): Promise<number> {
    let made = 0;
    for (;;) {
      const users = await this.deliveries.usersToDigest(this.#now(), BATCH);
      const before = made;
      for (const userId of users) {
        if (signal.aborted) return made;
        try {
          if (await this.#make(userId)) made += 1;
        } catch (err) {
          this.#logger.error({ message: 'digest not made', userId, err });
        }
      }
      if (users.length < BATCH || made === before) return made;
    }
  }

  /** The mail comes to be together with what makes the others a part of it. */
  async #make(userId: string): Promise<boolean> {
    const preferences = await this.preferences.get(userId);
    const wanted = EVENT_KINDS.filter((kind) => preferences[kind].email);
    return this.database.transaction(async (transaction) => {
      const { sql } = transaction;
      const now = this.#now();
      const taken = await this.deliveries.takeGathered(sql, userId, wanted, MAX_TITLES, now);
      if (taken.count === 0) return false;
      const id = newId();
      const data = { count: taken.count, titles: taken.titles.join('\n') };
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
