import { Injectable, Logger } from '@nestjs/common';
import { MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { settlesWithin } from '../../kernel/deadline.js';
import { JobRunner } from './job-runner.js';
import type { QueueDefinition } from './queue-definition.js';
import { QueueDriver } from './queue-driver.js';
import { QueueRegistry } from './queue-registry.js';
import { PATIENCE, StuckQueue, type Patience } from './stuck-queue.js';

const LOOK_MS = 5 * SECOND_MS;
const ANSWER_MS = 2 * SECOND_MS;

/** How this process works on a queue. */
export interface WorkerState {
  readonly queue: string;
  /** For how long it has taken none of the jobs that it could have; 0: it does. */
  readonly stuckMs: number;
  /** Since the process started. */
  readonly restarts: number;
  readonly restartsInLastMinute: number;
}

interface Watched {
  readonly stuck: StuckQueue;
  stuckMs: number;
  begun: number;
  running: number;
  /** By the monotonic clock. */
  readonly restartedAtMs: number[];
}

/**
 * Starts the workers anew that are connected and take no jobs: BullMQ's have ways to come to that
 * (taskforcesh/bullmq#4585, #4378, #3185), and nobody hears of it but by the backlog.
 */
@Injectable()
export class QueueWatchdog {
  readonly #logger = new Logger('Jobs');
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    private readonly registry: QueueRegistry,
    private readonly driver: QueueDriver,
    runner: JobRunner,
    private readonly times: { readonly lookMs: number; readonly patience: Patience } = {
      lookMs: LOOK_MS,
      patience: PATIENCE,
    },
  ) {
    runner.onBegin(({ queue }) => {
      const watched = this.#of(queue.name);
      watched.begun += 1;
      watched.running += 1;
    });
    runner.onEnd(({ queue }) => void (this.#of(queue.name).running -= 1));
  }

  /** Of the queues that this process has looked at or worked for. */
  states(): WorkerState[] {
    const sinceMs = performance.now() - MINUTE_MS;
    return [...this.#watched].map(([queue, { stuckMs, restartedAtMs }]) => ({
      queue,
      stuckMs,
      restarts: restartedAtMs.length,
      restartsInLastMinute: restartedAtMs.filter((atMs) => atMs > sinceMs).length,
    }));
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }, this.times.lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    await Promise.all(this.registry.queues.map((queue) => this.#lookAt(queue)));
  }

  /** Never rejects. */
  async #lookAt(queue: QueueDefinition): Promise<void> {
    const watched = this.#of(queue.name);
    try {
      const asked = Promise.all([this.driver.report(queue), this.driver.mayBegin(queue)]);
      if (!(await settlesWithin(asked, ANSWER_MS))) {
        asked.catch(() => undefined);
        throw new Error('no answer');
      }
      const [{ counts }, mayBegin] = await asked;
      const { begun, running } = watched;
      const { waiting, active } = counts;
      const { concurrency } = queue;
      const atMs = performance.now();
      const look = { atMs, waiting, active, mayBegin, running, concurrency, begun };
      const { stuckMs, restart } = watched.stuck.see(look);
      watched.stuckMs = Math.round(stuckMs);
      if (!restart) return;
      watched.restartedAtMs.push(atMs);
      this.#logger.error(
        `the worker of "${queue.name}" took none of ${waiting} job(s) for ${watched.stuckMs} ms, and is started anew`,
      );
      await this.driver.restart(queue);
    } catch (error) {
      // The backend is away: nothing could be taken.
      this.#logger.debug({ message: `"${queue.name}" could not be looked at`, err: error });
      watched.stuck.forget();
      watched.stuckMs = 0;
    }
  }

  #of(queue: string): Watched {
    let watched = this.#watched.get(queue);
    if (watched === undefined) {
      const stuck = new StuckQueue(this.times.patience);
      watched = { stuck, stuckMs: 0, begun: 0, running: 0, restartedAtMs: [] };
      this.#watched.set(queue, watched);
    }
    return watched;
  }
}
