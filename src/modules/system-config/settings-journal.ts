import { Inject, Injectable } from '@nestjs/common';
import { Database, DomainEvents, Outbox } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import type { JsonObject } from '../../kernel/json.js';
import { Caches } from '../../redis/index.js';
import { changedSettings } from './changed-settings.js';
import { SettingsRepository } from './settings.repository.js';
import { settingsTag } from './system-config.caches.js';
import { SettingsChanged, type SettingsKey } from './system-config.events.js';
import type { SystemConfigRow } from './system-config.table.js';

/** What a group of settings is to become; `undefined` as a whole: it is removed, and its defaults hold. */
export interface NewSettings {
  readonly value: JsonObject;
  /** `undefined` leaves the stored secret as it is, `null` removes it. */
  readonly secret?: { readonly name: string; readonly sealed: string | null } | undefined;
}

/** What is stored, or the defaults: what it becomes is made of it, one change after the other. */
export type SettingsUpdate = (stored: JsonObject) => NewSettings | undefined;

/** Stores changes of settings, each together with the record of who made it and the news of it. */
@Injectable()
export class SettingsJournal {
  constructor(
    private readonly database: Database,
    private readonly settings: SettingsRepository,
    private readonly outbox: Outbox,
    private readonly caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
    events: DomainEvents,
  ) {
    // Once more from the outbox: should this process end between its commit and the line that drops them.
    events.on(SettingsChanged, ({ key }) => this.#dropCached(key));
  }

  /**
   * Once it resolves, nobody reads the older settings from a cache. What is as it was leaves no trace.
   * @param defaults what holds while nothing is stored
   */
  async change(
    key: SettingsKey,
    changedBy: string,
    change: NewSettings | SettingsUpdate | undefined,
    defaults: JsonObject = {},
  ): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const before = await this.settings.findLocked(transaction.sql, key);
      const next = typeof change === 'function' ? change(before?.value ?? defaults) : change;
      const changed = changedNames(before, next, defaults);
      if (changed.length === 0) return;
      const now = new Date(this.clock.nowMs());
      if (next === undefined) await this.settings.remove(transaction.sql, key);
      else {
        const sealed = next.secret === undefined ? (before?.sealed ?? null) : next.secret.sealed;
        const row = { key, value: next.value, sealed, updatedBy: changedBy, updatedAt: now };
        await this.settings.save(transaction.sql, row);
      }
      const audit = { id: newId(), key, changed, changedBy, changedAt: now };
      await this.settings.insertChange(transaction.sql, audit);
      await this.outbox.publish(transaction, SettingsChanged, { key, changed, changedBy });
    });
    await this.#dropCached(key);
  }

  #dropCached(key: SettingsKey): Promise<void> {
    return this.caches.invalidateTags([settingsTag(key)]);
  }
}

function changedNames(
  before: SystemConfigRow | undefined,
  next: NewSettings | undefined,
  defaults: JsonObject,
): string[] {
  const names = changedSettings(before?.value ?? defaults, next?.value ?? defaults);
  const secret = next?.secret;
  const hadSecret = (before?.sealed ?? null) !== null;
  // A secret that is given again counts as changed: sealed, nobody can tell whether it is the same.
  const secretChanged = secret !== undefined && (secret.sealed !== null || hadSecret);
  return secretChanged ? [...names, secret.name] : names;
}
