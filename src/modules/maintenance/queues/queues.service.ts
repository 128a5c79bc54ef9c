import { Injectable } from '@nestjs/common';
import { MINUTE_MS } from '../../../kernel/duration.js';
import {
  NO_FIGURES,
  percentileMs,
  QueueFigures,
  type CoveredFigures,
} from '../../../kernel/job-figures.js';
import { QueueInspector, QueueOperations, type QueueReport } from '../../../redis/index.js';
import { jobGone, unknownQueue } from '../maintenance.errors.js';
import {
  WINDOWS,
  type CancelledJob,
  type CleanQueue,
  type Durations,
  type QueueFiguresView,
  type QueueView,
  type QueueWindow,
  type RemovedJobs,
} from './queues.dto.js';

/** What operators see and do of the queues, in any process. */
@Injectable()
export class QueuesService {
  constructor(
    private readonly inspector: QueueInspector,
    private readonly operations: QueueOperations,
    private readonly figures: QueueFigures,
  ) {}

  /** @throws AppError `queue.unavailable` */
  async list(window: QueueWindow): Promise<QueueView[]> {
    const windowMs = WINDOWS[window];
    const [reports, figures] = await Promise.all([
      this.inspector.reports(),
      this.figures.since(windowMs),
    ]);
    const none = { ...NO_FIGURES, coveredMs: windowMs };
    return reports.map((report) => toView(report, figures.get(report.name) ?? none, windowMs));
  }

  /** @throws AppError `maintenance.unknown_queue`, `queue.unavailable` */
  async find(name: string, window: QueueWindow = '1h'): Promise<QueueView> {
    this.assertKnown(name);
    const queue = (await this.list(window)).find((one) => one.name === name);
    if (queue === undefined) throw unknownQueue();
    return queue;
  }

  /** @throws AppError `maintenance.unknown_queue`, `queue.unavailable` */
  async setPaused(name: string, paused: boolean): Promise<QueueView> {
    this.assertKnown(name);
    await this.inspector.setPaused(name, paused);
    return this.find(name);
  }

  /** @throws AppError `maintenance.unknown_queue`, `queue.unavailable` */
  async drain(name: string): Promise<RemovedJobs> {
    this.assertKnown(name);
    return this.operations.drain(name);
  }

  /** @throws AppError `maintenance.unknown_queue`, `queue.unavailable` */
  async clean(name: string, { state, olderThanMs }: CleanQueue): Promise<RemovedJobs> {
    this.assertKnown(name);
    return this.operations.clean(name, state, olderThanMs);
  }

  /** @throws AppError `maintenance.unknown_queue`, `maintenance.job_gone`, `queue.unavailable` */
  async cancel(name: string, id: string): Promise<CancelledJob> {
    this.assertKnown(name);
    const outcome = await this.operations.cancel(name, id);
    if (outcome === 'gone') throw jobGone();
    return { outcome };
  }

  /** @throws AppError `maintenance.unknown_queue` */
  assertKnown(name: string): void {
    if (!this.inspector.names.includes(name)) throw unknownQueue();
  }
}

function toView(
  { oldestWaitingSince, ...report }: QueueReport,
  figures: CoveredFigures,
  windowMs: number,
): QueueView {
  return {
    ...report,
    oldestWaitingSince: oldestWaitingSince?.toISOString() ?? null,
    figures: figuresOf(figures, windowMs),
  };
}

function figuresOf(figures: CoveredFigures, windowMs: number): QueueFiguresView {
  const { completed, failed, retried, wait, waitSumMs, run, runSumMs, coveredMs } = figures;
  return {
    windowMs,
    completed,
    failed,
    retried,
    perMinute: rounded((completed + failed) / (coveredMs / MINUTE_MS)),
    waitMs: durationsOf(wait, waitSumMs),
    runMs: durationsOf(run, runSumMs),
  };
}

function durationsOf(buckets: readonly number[], sumMs: number): Durations {
  const count = buckets.reduce((total, one) => total + one, 0);
  return {
    mean: count === 0 ? null : rounded(sumMs / count),
    p50: percentileMs(buckets, 0.5),
    p95: percentileMs(buckets, 0.95),
    p99: percentileMs(buckets, 0.99),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
