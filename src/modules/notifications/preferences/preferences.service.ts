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
    const [preferences = DEFAULTS] = await this.preferences.findMany([userId]);
    return preferences;
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
    const found = await this.preferences.findMany(userIds);
    return new Map(userIds.map((userId, index) => [userId, (found[index] ?? DEFAULTS)[kind]]));
  }
}
