import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { UserSettingsService } from '../../users/index.js';
import { isUrgent } from '../notification-kinds.js';
import type { DeliveryRow, NotificationRow } from '../notifications.table.js';
import { endOfQuietFor } from '../preferences/delivery-moment.js';
import { PreferencesService } from '../preferences/preferences.service.js';
import { DeliveryLimits } from './delivery-limits.js';

/** What keeps a delivery from being tried. */
export type Kept =
  | { readonly kind: 'later'; readonly putOff: PutOff }
  /** Never. */
  | { readonly kind: 'gone'; readonly code: string };

/** A delivery that is not for now: no attempt, and not counted as one. */
export interface PutOff {
  /** `gathered`: a mail, that comes with others then. */
  readonly status: 'held' | 'gathered';
  readonly dueAt: Date;
  /** Why. */
  readonly code: string;
}

/**
 * Asked before each attempt, the first and every later one: a mail that was to go out in the evening, and could not, is not to
 * wake anybody at night, and one that was switched off meanwhile is not to come at all.
 */
@Injectable()
export class DeliveryGate {
  constructor(
    private readonly preferences: PreferencesService,
    private readonly settings: UserSettingsService,
    private readonly limits: DeliveryLimits,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @returns undefined: it may be sent now. */
  async check(delivery: DeliveryRow, notification: NotificationRow): Promise<Kept | undefined> {
    const { channel } = delivery;
    const { userId, kind } = notification;
    const [preferences, { timeZone }] = await Promise.all([
      this.preferences.get(userId),
      this.settings.get(userId),
    ]);
    // A digest has only what was wanted when it was made.
    if (kind !== 'digest' && !preferences[kind][channel]) {
      return { kind: 'gone', code: 'notifications.not_wanted' };
    }
    const timing = { quietHours: preferences.quietHours, timeZone };
    const quietUntilMs = endOfQuietFor(channel, isUrgent(kind), timing, this.clock.nowMs());
    if (quietUntilMs > this.clock.nowMs()) {
      return later('held', quietUntilMs, 'notifications.quiet_hours');
    }
    const waitMs = await this.limits.waitMs(delivery, notification);
    if (waitMs === 0) return undefined;
    const status = channel === 'email' && !isUrgent(kind) ? 'gathered' : 'held';
    return later(status, this.clock.nowMs() + waitMs, 'notifications.too_many');
  }
}

function later(status: PutOff['status'], dueMs: number, code: string): Kept {
  return { kind: 'later', putOff: { status, dueAt: new Date(dueMs), code } };
}
