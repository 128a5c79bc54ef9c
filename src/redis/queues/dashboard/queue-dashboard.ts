import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { Injectable } from '@nestjs/common';
import { QueueDriver } from '../queue-driver.js';
import { QueueOperations } from '../queue-operations.js';
import { QueueRegistry } from '../queue-registry.js';
import { ruled } from './ruled-adapter.js';

/** What the dashboard shows: every declared queue, whichever backend runs it. */
@Injectable()
export class QueueDashboard {
  constructor(
    private readonly registry: QueueRegistry,
    private readonly driver: QueueDriver,
    private readonly operations: QueueOperations,
  ) {}

  /** One adapter per queue; complete once all modules are initialised. */
  adapters(): BaseAdapter[] {
    return this.registry.queues.map((queue) =>
      ruled(this.driver.dashboardAdapter(queue), this.operations),
    );
  }
}
