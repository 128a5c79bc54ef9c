import { Injectable } from '@nestjs/common';
import type { DeliveryOutcome } from '../channels/notification-channel.js';
import { NotificationChannels } from '../channels/notification-channels.js';
import { NotificationsRepository } from '../inbox/notifications.repository.js';
import type { DeliveryRow } from '../notifications.table.js';
import { DeliveryGate, type Kept } from './delivery-gate.js';

/** One attempt to send what a claimed delivery names. */
@Injectable()
export class DeliveryAttempt {
  constructor(
    private readonly notifications: NotificationsRepository,
    private readonly channels: NotificationChannels,
    private readonly gate: DeliveryGate,
  ) {}

  /** Rejects for what is no failure of the channel: a database that is away, say. */
  async make(delivery: DeliveryRow): Promise<DeliveryOutcome | Kept> {
    const notification = await this.notifications.find(delivery.notificationId);
    if (!notification) throw new Error(`notification ${delivery.notificationId} has vanished`);
    const channel = this.channels.get(delivery.channel);
    if (!channel) throw new Error(`there is no channel ${delivery.channel} here`);
    const kept = await this.gate.check(delivery, notification);
    return kept ?? channel.deliver(notification, delivery.target);
  }
}
