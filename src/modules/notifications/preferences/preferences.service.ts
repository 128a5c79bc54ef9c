import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import type { NotificationKind } from '../notification-kinds.js';
import {
  storedPreferencesSchema,
  type ChannelPreferences,
  type Preferences,
} from './preferences.dto.js';
import { PreferencesRepository } from './preferences.repository.js';

const DEFAULTS: Preferences = storedPreferencesSchema.parse({});

/** What users want to be told, and where. */
@Injectable()
export class PreferencesService {
  constructor(
    private readonly preferences: PreferencesRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async get(userId: string): Promise<Preferences> {
    const [row] = await this.preferences.findMany([userId]);
    return row ? storedPreferencesSchema.parse(row.preferences) : DEFAULTS;
  }

  async replace(userId: string, preferences: Preferences): Promise<Preferences> {
    await this.preferences.save(userId, preferences, new Date(this.clock.nowMs()));
    return preferences;
  }

  /** Of each of the users, about one kind of news. */
  async ofKind(
    userIds: readonly string[],
    kind: NotificationKind,
  ): Promise<Map<string, ChannelPreferences>> {
    const rows = await this.preferences.findMany(userIds);
    const set = new Map(
      rows.map(({ userId, preferences }) => [userId, storedPreferencesSchema.parse(preferences)]),
    );
    return new Map(userIds.map((userId) => [userId, (set.get(userId) ?? DEFAULTS)[kind]]));
  }
}
