import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DomainEvents } from '../../../database/index.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { ChannelRegistry, defineDurableChannel, LivePublisher } from '../../../realtime/index.js';
import { AlertRaised, AlertResolved } from '../monitoring.events.js';
import { alertSchema } from './alerts.dto.js';
import { AlertsService } from './alerts.service.js';

/** As many active ones as a snapshot has. */
const SNAPSHOT_SIZE = 100;

/** Alerts as they are raised and resolved, for admins; a snapshot has the active ones. */
export const alertsChannel = defineDurableChannel({
  name: 'ops.alerts',
  audience: { role: 'admin' },
  schema: alertSchema,
  durable: {
    keep: { messages: 500, ageMs: DAY_MS },
    snapshot: z.object({ alerts: z.array(alertSchema) }),
  },
});

@Injectable()
export class AlertsLive {
  constructor(
    events: DomainEvents,
    channels: ChannelRegistry,
    private readonly live: LivePublisher,
    private readonly alerts: AlertsService,
  ) {
    channels.declare(alertsChannel, async () => {
      const { items } = await alerts.list({ state: 'active', limit: SNAPSHOT_SIZE });
      return { alerts: [...items] };
    });
    events.announce(AlertRaised, ({ alertId }, { id }) => this.#send(alertId, id));
    events.announce(AlertResolved, ({ alertId }, { id }) => this.#send(alertId, id));
  }

  /** As it is now: a message that comes late tells no old news. */
  async #send(alertId: string, id: string): Promise<void> {
    const alert = await this.alerts.find(alertId);
    if (alert) await this.live.publish(alertsChannel, {}, alert, { id });
  }
}
