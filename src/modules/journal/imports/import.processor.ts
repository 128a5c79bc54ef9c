import { Injectable } from '@nestjs/common';
import { SECOND_MS } from '../../../kernel/duration.js';
import { LockManager, Queues, type Job, type JobRecovery } from '../../../redis/index.js';
import { importsQueue } from '../journal.queues.js';
import { ImportRunner } from './import-runner.js';
import { ImportsService } from './imports.service.js';

const LOCK_TTL_MS = 30 * SECOND_MS;
/** How soon an import looks again whether the user's other import has ended. */
const NEXT_LOOK_MS = 2 * SECOND_MS;
/** The sweep finds the rest, minutes later. */
const MAX_FOUND = 10_000;

/**
 * Runs imports: of one user one at a time, so that equal trades of two files are told apart from the same
 * trade told twice.
 */
@Injectable()
export class ImportProcessor {
  constructor(
    private readonly queues: Queues,
    private readonly locks: LockManager,
    private readonly imports: ImportsService,
    private readonly runner: ImportRunner,
  ) {
    queues.process(importsQueue, { 'import-trades': (job) => this.#import(job) });
    queues.recover(importsQueue, { 'import-trades': (recovery) => this.addLost(recovery) });
  }

  /** Imports that wait, when the queue has lost its jobs; one that runs may still do so. @returns how many. */
  async addLost(recovery: JobRecovery): Promise<number> {
    const ids = await this.imports.findQueued(MAX_FOUND);
    const lost = new Map(ids.map((importId) => [importId, { importId }]));
    return this.queues.addLost(importsQueue, 'import-trades', lost, recovery);
  }

  async #import(job: Job<{ importId: string }>): Promise<string> {
    const { importId } = job.payload;
    const userId = await this.imports.findOwnerOfWaiting(importId);
    if (userId === undefined) return 'nothing to do';
    const options = { ttlMs: LOCK_TTL_MS, signal: job.signal };
    const { acquired } = await this.locks.tryUsing('journal.import', userId, options, (lease) =>
      this.runner.run(importId, {
        lease,
        signal: AbortSignal.any([job.signal, lease.signal]),
        reportProgress: (percent) => job.reportProgress(percent),
        isLastAttempt: job.attempt >= importsQueue.attempts,
      }),
    );
    if (acquired) return 'ended';
    // Waiting here would keep a place from the imports of others.
    await this.imports.keepWaiting(importId);
    await this.queues.add(importsQueue, 'import-trades', { importId }, { delayMs: NEXT_LOOK_MS });
    return 'waits for another import of the user';
  }
}
