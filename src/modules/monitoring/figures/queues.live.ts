import { Injectable } from '@nestjs/common';
import { SECOND_MS } from '../../../kernel/duration.js';
import { ChannelRegistry, defineChannel } from '../../../realtime/index.js';
import { AppFiguresService } from './app-figures.service.js';
import { queueFiguresSchema } from './app.dto.js';

/** Counts, pause and backlog of each queue, for admins. */
export const queuesChannel = defineChannel({
  name: 'ops.queues',
  audience: { role: 'admin' },
  schema: queueFiguresSchema,
  polled: { everyMs: 2 * SECOND_MS },
});

@Injectable()
export class QueuesLive {
  constructor(channels: ChannelRegistry, figures: AppFiguresService) {
    channels.declare(queuesChannel, () => figures.queues());
  }
}
