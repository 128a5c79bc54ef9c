import { Injectable } from '@nestjs/common';
import { decodeCursor, toPage, type Page } from '../../kernel/page.js';
import { Caches, type Cache } from '../../redis/index.js';
import { SettingsJournal } from './settings-journal.js';
import { SettingsRepository } from './settings.repository.js';
import { ONE, systemSettingsCache, type One } from './system-config.caches.js';
import {
  storedSystemSettingsSchema,
  type ConfigChange,
  type ListChanges,
  type SystemSettings,
} from './system-config.dto.js';

const DEFAULTS: SystemSettings = storedSystemSettingsSchema.parse({});

/** The settings of this installation that an administrator may change while it runs. */
@Injectable()
export class SystemConfigService {
  readonly #system: Cache<One, SystemSettings>;

  constructor(
    private readonly settings: SettingsRepository,
    private readonly journal: SettingsJournal,
    caches: Caches,
  ) {
    this.#system = caches.use(systemSettingsCache);
  }

  /** What was set, and the default of everything that was not. Cached for 1 h, a day more while the database fails; a change drops it everywhere. */
  system(): Promise<SystemSettings> {
    return this.#system.getOrSet(ONE, async () => {
      const row = await this.settings.find('system');
      return storedSystemSettingsSchema.parse(row?.value ?? {});
    });
  }

  async replaceSystem(changedBy: string, settings: SystemSettings): Promise<SystemSettings> {
    await this.journal.change('system', changedBy, { value: settings }, DEFAULTS);
    return this.system();
  }

  /** Who changed which settings, newest first. */
  async listChanges({ key, cursor, limit }: ListChanges): Promise<Page<ConfigChange>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.settings.listChanges({ key, beforeId, limit: limit + 1 });
    const changes = rows.map(({ changedAt, ...row }) => ({
      ...row,
      changedAt: changedAt.toISOString(),
    }));
    return toPage(changes, limit);
  }
}
