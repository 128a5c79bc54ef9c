import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { SECOND_MS } from '../../../kernel/duration.js';
import { ChannelRegistry, defineChannel } from '../../../realtime/index.js';
import { QueueInspector } from '../../../redis/index.js';

const runningJobSchema = z.object({
  queue: z.string(),
  id: z.string(),
  job: z.string().describe('what it does: train-model'),
  attempt: z.number().int().describe('1 on the first run'),
  percent: z
    .number()
    .min(0)
    .max(100)
    .describe('as far as it has told; 0 for one that tells nothing'),
  startedAt: z.iso.datetime().nullable(),
  correlationId: z.string(),
});

/** Every job that runs in any process, and how far it is; at most 100 of a queue. */
export const jobsChannel = defineChannel({
  name: 'ops.jobs',
  audience: { role: 'admin' },
  schema: z.object({ jobs: z.array(runningJobSchema) }),
  polled: { everyMs: SECOND_MS },
});

@Injectable()
export class JobsLive {
  constructor(channels: ChannelRegistry, queues: QueueInspector) {
    channels.declare(jobsChannel, async () => ({
      jobs: (await queues.running()).map(({ name: job, startedAt, ...each }) => ({
        ...each,
        job,
        startedAt: startedAt?.toISOString() ?? null,
      })),
    }));
  }
}
