import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../../database/index.js';
import { ChannelRegistry, defineChannel, LivePublisher } from '../../../realtime/index.js';
import { AlertRaised, AlertResolved } from '../monitoring.events.js';
import { alertSchema } from './alerts.dto.js';
import { AlertsService } from './alerts.service.js';

/** Alerts as they are raised and resolved, for admins. */
export const alertsChannel = defineChannel({
  name: 'ops.alerts',
  audience: { role: 'admin' },
  schema: alertSchema,
});

@Injectable()
export class AlertsLive {
  constructor(
    events: DomainEvents,
    channels: ChannelRegistry,
    private readonly live: LivePublisher,
    private readonly alerts: AlertsService,
  ) {
    channels.declare(alertsChannel);
    events.announce(AlertRaised, ({ alertId }) => this.#send(alertId));
    events.announce(AlertResolved, ({ alertId }) => this.#send(alertId));
  }

  /** As it is now: a message that comes late tells no old news. */
  async #send(alertId: string): Promise<void> {
    const alert = await this.alerts.find(alertId);
    if (alert) await this.live.publish(alertsChannel, {}, alert);
  }
}
