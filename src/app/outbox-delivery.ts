import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DomainEvents, OutboxRelay } from '../database/index.js';
import { Queues } from '../redis/index.js';

/** Joins the outbox to where its rows go: jobs to the queues, events to their reactions. */
@Injectable()
export class OutboxDelivery implements OnApplicationBootstrap {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly queues: Queues,
    private readonly events: DomainEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.relay.start(async ({ id, kind, topic, name, payload, version, correlationId }) => {
      if (kind === 'event') return this.events.deliver(topic, payload, { id });
      // The row's id as the job's: delivered twice, it is still one job.
      await this.queues.addByName(topic, name, payload, { id, version, correlationId });
    });
  }
}
