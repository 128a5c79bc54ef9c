import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { UserSettingsService } from '../../users/index.js';
import { isUrgent } from '../notification-kinds.js';
import type { DeliveryRow, NotificationRow } from '../notifications.table.js';
import { endOfQuietFor } from '../preferences/delivery-moment.js';
import { PreferencesService } from '../preferences/preferences.service.js';
import { DeliveryLimits } from './delivery-limits.js';

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
 * wake anybody at night.
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
  async check(delivery: DeliveryRow, notification: NotificationRow): Promise<PutOff | undefined> {
    const { channel } = delivery;
    const quietUntilMs = await this.#quietUntilMs(delivery, notification);
    if (quietUntilMs > this.clock.nowMs()) {
      return { status: 'held', dueAt: new Date(quietUntilMs), code: 'notifications.quiet_hours' };
    }
    const waitMs = await this.limits.waitMs(delivery, notification);
    if (waitMs === 0) return undefined;
    return {
      status: channel === 'email' && !isUrgent(notification.kind) ? 'gathered' : 'held',
      dueAt: new Date(this.clock.nowMs() + waitMs),
      code: 'notifications.too_many',
    };
  }

  async #quietUntilMs(
    { channel }: DeliveryRow,
    { userId, kind }: NotificationRow,
  ): Promise<number> {
    const [{ quietHours }, { timeZone }] = await Promise.all([
      this.preferences.get(userId),
      this.settings.get(userId),
    ]);
    const timing = { quietHours, timeZone };
    return endOfQuietFor(channel, isUrgent(kind), timing, this.clock.nowMs());
  }
}
