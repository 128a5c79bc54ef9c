import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import { Caches, type Cache } from '../../redis/index.js';
import { accountTag, settingsCache, type ByUser } from './users.caches.js';
import { settingsSchema, type Settings, type UpdateSettings } from './users.dto.js';
import { userNotFound } from './users.errors.js';
import { UserUpdated } from './users.events.js';
import { UsersRepository } from './users.repository.js';

/** What users prefer; kept as what they changed, so that a new default reaches all who never chose. */
@Injectable()
export class UserSettingsService {
  readonly #settings: Cache<ByUser, Settings>;

  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly caches: Caches,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#settings = caches.use(settingsCache);
  }

  /** @throws AppError `users.not_found` */
  get(userId: string): Promise<Settings> {
    return this.#settings.getOrSet({ userId }, async () => {
      const row = await this.users.find(userId);
      if (!row) throw userNotFound();
      return settingsSchema.parse(row.settings);
    });
  }

  /** @throws AppError `users.not_found` */
  async update(userId: string, change: UpdateSettings): Promise<Settings> {
    const settings = await this.database.transaction(async (transaction) => {
      const { sql } = transaction;
      // Locked: of two changes at the same time neither undoes the other.
      const row = await this.users.findForUpdate(sql, userId);
      if (!row) throw userNotFound();
      const changed = { ...row.settings, ...change };
      await this.users.update(sql, userId, { settings: changed }, new Date(this.clock.nowMs()));
      await this.outbox.publish(transaction, UserUpdated, { userId });
      return settingsSchema.parse(changed);
    });
    await this.caches.invalidateTags([accountTag(userId)]);
    return settings;
  }
}
