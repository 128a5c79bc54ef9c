import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { UserSettingsService } from '../../users/index.js';
import { NotificationChannels } from '../channels/notification-channels.js';
import type { DeliveryChannelName } from '../delivery-channels.js';
import { isUrgent, type EventKind } from '../notification-kinds.js';
import { deliveryMoment, type DeliveryMoment } from '../preferences/delivery-moment.js';
import type { Preferences } from '../preferences/preferences.dto.js';
import { PreferencesService } from '../preferences/preferences.service.js';
import type { Audience } from '../templates/formats.js';

/** By which ways a user is told, and when. */
export interface DeliveryPlan {
  readonly userId: string;
  readonly audience: Audience;
  readonly inApp: boolean;
  readonly ways: readonly DeliveryWay[];
}

export interface DeliveryWay {
  readonly channel: DeliveryChannelName;
  readonly target: string;
  readonly moment: DeliveryMoment;
}

type Targets = ReadonlyMap<DeliveryChannelName, ReadonlyMap<string, readonly string[]>>;

/** Decides by which ways users are told: those that they want, as far as there is somewhere to send to, when they want it. */
@Injectable()
export class DeliveryPlanner {
  constructor(
    private readonly preferences: PreferencesService,
    private readonly channels: NotificationChannels,
    private readonly settings: UserSettingsService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Without the users who are to be told nowhere. */
  async plan(userIds: readonly string[], kind: EventKind): Promise<DeliveryPlan[]> {
    const all = await this.preferences.ofAll(userIds);
    const wanted = new Map(userIds.map((userId, index) => [userId, all[index] as Preferences]));
    const targets = await this.#targets(wanted, kind);
    const plans = [...wanted].map(([userId, preferences]) =>
      this.#planFor(userId, preferences, kind, targets),
    );
    return (await Promise.all(plans)).filter(({ inApp, ways }) => inApp || ways.length > 0);
  }

  async #targets(wanted: ReadonlyMap<string, Preferences>, kind: EventKind): Promise<Targets> {
    const targets = new Map<DeliveryChannelName, ReadonlyMap<string, readonly string[]>>();
    for (const channel of this.channels.all()) {
      const willing = [...wanted].filter(([, preferences]) => preferences[kind][channel.name]);
      if (willing.length === 0) continue;
      targets.set(channel.name, await channel.targetsOf(willing.map(([userId]) => userId)));
    }
    return targets;
  }

  async #planFor(
    userId: string,
    preferences: Preferences,
    kind: EventKind,
    targets: Targets,
  ): Promise<DeliveryPlan> {
    const audience = await this.settings.get(userId);
    const timing = { ...preferences, timeZone: audience.timeZone };
    const ways = [...targets].flatMap(([channel, byUser]) => {
      const moment = deliveryMoment(channel, isUrgent(kind), timing, this.clock.nowMs());
      return (byUser.get(userId) ?? []).map((target) => ({ channel, target, moment }));
    });
    return { userId, audience, inApp: preferences[kind].inApp, ways };
  }
}
