import { Injectable } from '@nestjs/common';
import { QueueInspector, Queues, type QueueReport } from '../../../redis/index.js';
import { jobGone, unknownQueue } from '../maintenance.errors.js';
import type { CancelledJob, CleanQueue, QueueView } from './queues.dto.js';

/** What operators see and do of the queues, in any process. */
@Injectable()
export class QueuesService {
  constructor(
    private readonly inspector: QueueInspector,
    private readonly queues: Queues,
  ) {}

  /** @throws AppError `queue.unavailable` */
  async list(): Promise<QueueView[]> {
    return (await this.inspector.reports()).map(toView);
  }

  /** @throws AppError `maintenance.unknown_queue`, `queue.unavailable` */
  async find(name: string): Promise<QueueView> {
    this.assertKnown(name);
    const report = (await this.inspector.reports()).find((one) => one.name === name);
    if (report === undefined) throw unknownQueue();
    return toView(report);
  }

  /** @throws AppError `maintenance.unknown_queue`, `queue.unavailable` */
  async setPaused(name: string, paused: boolean): Promise<QueueView> {
    this.assertKnown(name);
    await this.inspector.setPaused(name, paused);
    return this.find(name);
  }

  /** @throws AppError `maintenance.unknown_queue`, `queue.unavailable` */
  drain(name: string): Promise<number> {
    this.assertKnown(name);
    return this.inspector.drain(name);
  }

  /** @throws AppError `maintenance.unknown_queue`, `queue.unavailable` */
  clean(name: string, { state, olderThanMs }: CleanQueue): Promise<number> {
    this.assertKnown(name);
    return this.inspector.clean(name, state, olderThanMs);
  }

  /** @throws AppError `maintenance.unknown_queue`, `maintenance.job_gone`, `queue.unavailable` */
  async cancel(name: string, id: string): Promise<CancelledJob> {
    this.assertKnown(name);
    const outcome = await this.queues.cancel(name, id);
    if (outcome === 'gone') throw jobGone();
    return { outcome };
  }

  /** @throws AppError `maintenance.unknown_queue` */
  assertKnown(name: string): void {
    if (!this.inspector.names.includes(name)) throw unknownQueue();
  }
}

function toView({ oldestWaitingSince, ...report }: QueueReport): QueueView {
  return { ...report, oldestWaitingSince: oldestWaitingSince?.toISOString() ?? null };
}
