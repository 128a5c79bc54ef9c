import { Injectable } from '@nestjs/common';
import { NotificationChannels } from '../channels/notification-channels.js';
import type { DeliveryChannelName } from '../delivery-channels.js';
import type { NotificationKind } from '../notification-kinds.js';
import { PreferencesService } from '../preferences/preferences.service.js';

/** By which ways a user is told. */
export interface DeliveryPlan {
  readonly userId: string;
  readonly inApp: boolean;
  readonly ways: readonly DeliveryWay[];
}

export interface DeliveryWay {
  readonly channel: DeliveryChannelName;
  readonly target: string;
}

/** Decides by which ways users are told: those that they want, as far as there is somewhere to send to. */
@Injectable()
export class DeliveryPlanner {
  constructor(
    private readonly preferences: PreferencesService,
    private readonly channels: NotificationChannels,
  ) {}

  /** Without the users who are to be told nowhere. */
  async plan(userIds: readonly string[], kind: NotificationKind): Promise<DeliveryPlan[]> {
    const wanted = await this.preferences.ofKind(userIds, kind);
    const ways = new Map<string, DeliveryWay[]>(userIds.map((userId) => [userId, []]));
    for (const channel of this.channels.all()) {
      const willing = userIds.filter((userId) => wanted.get(userId)?.[channel.name]);
      if (willing.length === 0) continue;
      for (const [userId, targets] of await channel.targetsOf(willing)) {
        const found = targets.map((target) => ({ channel: channel.name, target }));
        ways.get(userId)?.push(...found);
      }
    }
    return [...ways]
      .map(([userId, found]) => {
        return { userId, inApp: wanted.get(userId)?.inApp ?? false, ways: found };
      })
      .filter(({ inApp, ways: found }) => inApp || found.length > 0);
  }
}
