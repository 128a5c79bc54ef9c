import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { settlesWithin } from '../../kernel/deadline.js';
import { SECOND_MS } from '../../kernel/duration.js';
import { FaultLog } from '../../kernel/fault-log.js';
import {
  countDuration,
  openFigures,
  QueueFigures,
  sumOf,
  type OpenFigures,
} from '../../kernel/job-figures.js';
import { isLast, JobRunner, type JobAttempt, type JobOutcome } from './job-runner.js';

const REPORT_MS = 15 * SECOND_MS;
const LAST_REPORT_MS = SECOND_MS;

/** Counts the jobs that this process ran, and adds them to those of all others every 15 s. */
@Injectable()
export class JobCounts implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #faults = new FaultLog(new Logger('Jobs'));
  /** By queue; what could not be told yet is told with the next report. */
  readonly #counts = new Map<string, OpenFigures>();
  #timer: NodeJS.Timeout | undefined;
  #reporting: Promise<void> | undefined;

  constructor(
    runner: JobRunner,
    private readonly figures: QueueFigures,
  ) {
    runner.onEnd((attempt, outcome, runMs) => this.#count(attempt, outcome, runMs));
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.report(), REPORT_MS).unref();
  }

  /** Jobs that end while the queues stop are told by the report of their last moment, or not at all. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await settlesWithin(this.report(), LAST_REPORT_MS);
  }

  /** Never rejects. */
  report(): Promise<void> {
    return (this.#reporting ??= this.#report().finally(() => (this.#reporting = undefined)));
  }

  async #report(): Promise<void> {
    // What is counted meanwhile waits for the next report: one write a queue, however much ends.
    for (const [queue, counts] of [...this.#counts]) {
      this.#counts.delete(queue);
      try {
        await this.figures.add(queue, counts);
      } catch (error) {
        this.#counts.set(queue, sumOf([counts, this.#counts.get(queue) ?? openFigures()]));
        this.#faults.report('figures of the queues', error);
        return;
      }
    }
  }

  #count(attempt: JobAttempt, outcome: JobOutcome, runMs: number): void {
    // It runs again, and is counted then.
    if (outcome.kind === 'abandoned' || outcome.kind === 'postponed') return;
    const { queue, waitedMs } = attempt;
    let figures = this.#counts.get(queue.name);
    if (figures === undefined) this.#counts.set(queue.name, (figures = openFigures()));
    if (outcome.kind === 'completed') figures.completed += 1;
    else if (isLast(attempt, outcome)) figures.failed += 1;
    else figures.retried += 1;
    if (waitedMs !== null) {
      countDuration(figures.wait, waitedMs);
      figures.waitSumMs += waitedMs;
    }
    countDuration(figures.run, runMs);
    figures.runSumMs += runMs;
  }
}
