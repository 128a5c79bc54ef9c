import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryChannelName } from '../delivery-channels.js';
import type { NotificationChannel } from './notification-channel.js';

/** Injection token of every {@link NotificationChannel} that there is. */
export const NOTIFICATION_CHANNELS = Symbol('NOTIFICATION_CHANNELS');

/** The channels by name. */
@Injectable()
export class NotificationChannels {
  readonly #channels: ReadonlyMap<DeliveryChannelName, NotificationChannel>;

  constructor(@Inject(NOTIFICATION_CHANNELS) channels: readonly NotificationChannel[]) {
    this.#channels = new Map(channels.map((channel) => [channel.name, channel]));
  }

  /** undefined: another version has it. */
  get(name: DeliveryChannelName): NotificationChannel | undefined {
    return this.#channels.get(name);
  }

  all(): Iterable<NotificationChannel> {
    return this.#channels.values();
  }
}
