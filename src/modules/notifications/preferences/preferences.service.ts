import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { EVENT_KINDS, isSecurity, type EventKind } from '../notification-kinds.js';
import { storedPreferencesSchema, type Preferences } from './preferences.dto.js';
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

  /** In the order of the users. */
  async ofAll(userIds: readonly string[]): Promise<Preferences[]> {
    const found = await this.preferences.findMany(userIds);
    return found.map((preferences) => preferences ?? DEFAULTS);
  }

  /** No more mail of this kind, or of any: what a link in a mail asks for. */
  async switchMailOff(userId: string, kind: EventKind | 'all'): Promise<void> {
    const kinds = (kind === 'all' ? EVENT_KINDS : [kind]).filter((each) => !isSecurity(each));
    const without = (before: Preferences) => {
      const off = kinds.map((each) => [each, { ...before[each], email: false }]);
      return { ...before, ...Object.fromEntries(off) } as Preferences;
    };
    await this.preferences.change(userId, without, new Date(this.clock.nowMs()));
  }
}
